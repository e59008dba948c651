import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import {
  certificateFiles,
  ConfigSet,
  onlyGiven,
  Service,
  type Check,
  type Host,
  type SiteCertificate,
} from "../host/index.ts";
import { Issuance, type IssuanceArgs, prepareIssuance, temporary } from "./acme.ts";
import type { CertificateAuthority } from "./authority.ts";
import type { AcmeSource, CertificateOptions } from "./options.ts";
import { namesResponder } from "./provided.ts";
import { webroot } from "./renewal.ts";
import { servedProbe } from "./served.ts";

export { CertificateAuthority } from "./authority.ts";
export { CertificateOptions, CertificateSource } from "./options.ts";
export { namesResponder, providedFaults, type ProvidedFault } from "./provided.ts";

/** Arguments of a certificate. */
export interface CertificateArgs {
  readonly host: Host;
  /** Name of the site that serves it; the files lie below it. */
  readonly site: string;
  readonly authority: CertificateAuthority;
  /** Host names, the first one is the common name. */
  readonly names: readonly [string, ...string[]];
  readonly options: CertificateOptions;
}

/** A chain and its key as PEM. */
interface Pair {
  readonly chain: pulumi.Input<string>;
  readonly key: pulumi.Input<string>;
}

/**
 * A server certificate, kept in the one place on the host where all certificates are: of the stack's own authority
 * (ECDSA P-256), or one that is provided. nginx judges it together with its sites before it is swapped in, and is
 * asked afterwards whether it serves it. Where one is to be obtained, that of the stack's own authority serves until
 * then; `issuances` comes after the nginx that answers for it.
 */
export class Certificate extends Service {
  /** What nginx needs to know of it. */
  readonly served: SiteCertificate;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:certificate:Certificate", name, opts);
    const { host, site, names, options } = args;
    const child = { parent: this };
    const pair = provided(options) ?? signed(name, args, child);
    const acme = options.source.kind === "acme" ? options.source : undefined;
    const obtained = acme !== undefined;
    const files = certificateFiles(obtained ? temporary(site) : site);
    new ConfigSet(
      obtained ? `${name}-temporary` : `${name}-files`, // what served before goes after nginx has left it
      {
        host,
        files: [
          { path: files.chain, content: pair.chain },
          { path: files.key, content: pair.key, mode: "0600" },
        ],
        validate: [["sh", "-c", "! command -v nginx >/dev/null || nginx -t -q"]],
        activate: [["sh", "-c", "! systemctl is-active -q nginx || systemctl reload nginx"]],
        probe: [servedProbe(files.chain, names[0])],
      },
      child,
    );
    if (obtained) prepareIssuance(name, host, site, child);
    this.served = acme
      ? { files: certificateFiles(`acme/${site}`), trusted: true, ...answering(acme) }
      : { files, ...promises(options) };
    this.checks = obtained ? [] : [certificateCheck(name, args)];
    this.registerOutputs({ checks: this.checks });
  }
}

/** What obtains the certificate of a site and renews it; nothing, where it does not come from an ACME authority. */
export function issuances(
  name: string,
  args: IssuanceArgs,
  opts?: pulumi.ComponentResourceOptions,
): Issuance[] {
  const { source } = args.options;
  return source.kind === "acme" ? [new Issuance(name, args, source, opts)] : [];
}

/** What nginx itself has to answer an authority. */
function answering({ challenge }: AcmeSource): Pick<SiteCertificate, "challenges"> {
  return challenge.kind === "http" ? { challenges: webroot } : {};
}

/** What a certificate lets nginx promise: what browsers do not trust, they must not be told to insist on. */
function promises({ source }: CertificateOptions): Omit<SiteCertificate, "files"> {
  if (source.kind !== "provided") return {};
  return { trusted: source.authority === undefined, responder: namesResponder(source.chain) };
}

function provided({ source }: CertificateOptions): Pair | undefined {
  if (source.kind !== "provided") return undefined;
  return { chain: ended(source.chain), key: source.key.apply(ended) };
}

// `pulumi config set` of "$(cat …)" has lost the last line break.
function ended(pem: string): string {
  return `${pem.trim()}\n`;
}

function signed(
  name: string,
  { authority, names, options }: CertificateArgs,
  child: pulumi.CustomResourceOptions,
): Pair {
  const only = (output: string) => ({ ...child, transformations: [onlyGiven(output)] });
  const algorithm = { algorithm: "ECDSA", ecdsaCurve: "P256" };
  const key = new tls.PrivateKey(`${name}-key`, algorithm, only("privateKeyPem"));
  const request = new tls.CertRequest(
    `${name}-request`,
    { privateKeyPem: key.privateKeyPem, dnsNames: [...names], subject: { commonName: names[0] } },
    only("certRequestPem"),
  );
  const cert = authority.sign(`${name}-cert`, request, options, only("certPem"));
  return { chain: cert.certPem, key: key.privateKeyPem };
}

function certificateCheck(
  component: string,
  { host, site, names: [served], options: { renewalDays, source } }: CertificateArgs,
): Check {
  const critical = Math.max(1, Math.floor(renewalDays / 4));
  const days = `${Math.max(2, Math.floor(renewalDays / 2))},${critical}`;
  return {
    name: `certificate-${site}`,
    host: host.name,
    from: "inside",
    command: ["check_http", "-H", served, "-I", "127.0.0.1", "-S", "--sni", "-t", "10", "-C", days],
    ...{ intervalSeconds: 3600, retrySeconds: 60, timeoutSeconds: 15 },
    needs: "nginx",
    component,
    option: "certificates",
    runbook:
      source.kind === "provided"
        ? "Set the next certificate and its key, and run `pulumi up`; read `nginx -t` on the machine when that fails."
        : "Run `pulumi up`: it renews the certificate; read `nginx -t` on the machine when that fails.",
  };
}
