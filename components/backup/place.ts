import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, DataDirectory, type Host } from "../host/index.ts";

/** Arguments of a place for copies. */
export interface BackupPlaceArgs {
  /** The machine that keeps them. */
  readonly host: Host;
  /** The machine whose copies they are. */
  readonly client: string;
  /** Directory for the copies of all machines. */
  readonly path: string;
  /** The only key that may log in, in authorized_keys form. */
  readonly publicKey: pulumi.Input<string>;
}

/**
 * Room for the copies of one machine on another one: a user who can do nothing but SFTP below a directory of its own.
 * The user and the copies stay when the place is taken away.
 */
export class BackupPlace extends pulumi.ComponentResource {
  /** The login of the machine whose copies they are. */
  readonly user: string;
  /** Where its repository lies, as it sees it. */
  readonly repository = "/repository";
  /** What has to be there before anybody logs in. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: BackupPlaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:backup:BackupPlace", name, {}, opts);
    const { host, client, path, publicKey } = args;
    const child = { parent: this };
    this.user = `backup-${client}`;
    const home = `${path}/${client}`;
    const keys = `/etc/ssh/platform-backup/${client}`;
    const line = pulumi
      .output(publicKey)
      .apply((key) => `restrict,command="internal-sftp" ${key}\n`);
    new ConfigSet(
      `${name}-login`,
      {
        host,
        files: [
          {
            path: `/etc/sysusers.d/platform-backup-${client}.conf`,
            content: userText(this.user, client),
          },
          { path: keys, content: line },
          {
            path: `/etc/ssh/sshd_config.d/platform-backup-${client}.conf`,
            content: loginText(this.user, home, keys),
          },
        ],
        validate: [["sshd", "-t"]],
        activate: [
          ["systemd-sysusers", `/etc/sysusers.d/platform-backup-${client}.conf`],
          ["systemctl", "reload", "ssh"],
        ],
        deactivate: [["systemctl", "reload", "ssh"]],
      },
      child,
    );
    // sshd wants every directory down to the root of what the user sees to be root's (sshd_config(5), ChrootDirectory).
    new DataDirectory(`${name}-root`, { host, path: home, mode: "0755" }, child);
    this.ready = new DataDirectory(
      `${name}-repository`,
      { host, path: home + this.repository, mode: "0700", owner: `${this.user}:${this.user}` },
      child,
    );
    this.registerOutputs({});
  }
}

/** Source: sysusers.d(5). */
function userText(user: string, client: string): string {
  return `u ${user} - "Copies of ${client}" /nonexistent /usr/sbin/nologin\n`;
}

/** Source: sshd_config(5). */
function loginText(user: string, home: string, keys: string): string {
  return [
    `Match User ${user}`,
    `    AuthorizedKeysFile ${keys}`,
    "    AuthenticationMethods publickey",
    `    ChrootDirectory ${home}`,
    "    ForceCommand internal-sftp",
    "    DisableForwarding yes",
    "    PermitTTY no",
    "",
  ].join("\n");
}
