import { RubyFile, type Ruby } from "../../formats/ruby.ts";

/** The relay that takes an instance's mail. */
export interface Smtp {
  readonly address: string;
  /** 465 speaks TLS from the first byte, any other STARTTLS. */
  readonly port: number;
  /** The login there, whose password is in a file; none when absent. */
  readonly user?: string | undefined;
  /** From whom its mail comes; `gitlab@` its hostname when absent. */
  readonly fromAddress?: string | undefined;
  /** Where answers go; `noreply@` its hostname when absent. */
  readonly replyTo?: string | undefined;
}

const mail = /^[\w.+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,63}$/i;
const relay = /^[A-Za-z0-9](?:[\w.:-]{0,251}[A-Za-z0-9])?$/;

/**
 * Keys of `gitlab_rails` for mail. There is no mail server in the container, so that without a relay GitLab sends none.
 * Refuses addresses that are none, which GitLab would write into YAML as they are, and a login without a password.
 */
export function smtpSettings(
  smtp: Smtp | undefined,
  hostname: string,
  passwordFile: string | undefined,
): Record<string, Ruby> {
  if (smtp === undefined) return { gitlab_email_enabled: false, smtp_enable: false };
  const { address, port, fromAddress, replyTo } = smtp;
  if (!relay.test(address))
    throw new RangeError("gitlab.rb cannot hold smtp.address: it is no host name or address");
  const tls = port === 465;
  return {
    gitlab_email_enabled: true,
    gitlab_email_from: mailAddress("fromAddress", fromAddress ?? `gitlab@${hostname}`),
    gitlab_email_reply_to: mailAddress("replyTo", replyTo ?? `noreply@${hostname}`),
    smtp_enable: true,
    smtp_address: address,
    smtp_port: port,
    smtp_domain: hostname,
    ...login(smtp, passwordFile),
    // Together, the two stop a reconfigure.
    smtp_tls: tls,
    smtp_enable_starttls_auto: !tls,
    smtp_openssl_verify_mode: "peer",
  };
}

function login({ user }: Smtp, passwordFile: string | undefined): Record<string, Ruby> {
  if (user === undefined) return {};
  if (passwordFile === undefined)
    throw new RangeError("gitlab.rb has smtp.user and no smtpPassword");
  return {
    smtp_user_name: user,
    smtp_password: new RubyFile(passwordFile),
    smtp_authentication: "login",
  };
}

function mailAddress(what: string, address: string): string {
  if (mail.test(address)) return address;
  throw new RangeError(`gitlab.rb cannot hold smtp.${what}: it is no mail address`);
}
