import * as pulumi from "@pulumi/pulumi";
import { assignments } from "../../formats/shell.ts";
import {
  certificateFiles,
  ConfigSet,
  Packages,
  Script,
  Service,
  Unit,
  type Check,
  type ConfigFile,
  type Host,
} from "../host/index.ts";
import type { AcmeSource, CertificateOptions } from "./options.ts";
import {
  directoryUrl,
  environmentPath,
  homeDirectory,
  liveLink,
  manner,
  programPath,
  renewalFiles,
  timerName,
} from "./renewal.ts";

/** Arguments of what obtains a certificate. */
export interface IssuanceArgs {
  readonly host: Host;
  readonly site: string;
  /** Host names that nginx answers for; the first one names the certificate. */
  readonly names: readonly [string, ...string[]];
  readonly options: CertificateOptions;
}

/** What has to be on the host before nginx can serve a certificate that is still to be obtained: lego, and the link. */
export function prepareIssuance(
  name: string,
  host: Host,
  site: string,
  child: pulumi.CustomResourceOptions,
): void {
  new Packages(`${name}-packages`, { host, packages: ["lego", "openssl", "curl"] }, child);
  const directory = (of: string) => certificateFiles(of).chain.replace(/\/[^/]*$/, "");
  const values = {
    LINK: liveLink(site),
    TEMPORARY: directory(temporary(site)),
    EARLIER: directory(site),
    HOME_DIRECTORY: homeDirectory(site),
  };
  const script = new URL("./link.sh", import.meta.url);
  new Script(`${name}-link`, { host, script, values, state: { linked: true } }, child);
}

/** The name of the certificate that serves while none was obtained. */
export function temporary(site: string): string {
  return `temporary/${site}`;
}

/**
 * Obtains a site's certificate from an ACME authority and renews it by a timer. It comes after the nginx that answers
 * the authority's questions; while it fails, what was served before goes on.
 */
export class Issuance extends Service {
  constructor(
    name: string,
    { host, site, names, options }: IssuanceArgs,
    source: AcmeSource,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("platform:certificate:Issuance", name, opts);
    const child = { parent: this };
    const program = programPath(site);
    const reload = [["systemctl", "daemon-reload"]] as const;
    new ConfigSet(
      `${name}-files`,
      {
        host,
        files: [
          ...renewalFiles({ site, names, source, temporaryIssuer: options.authorityName }),
          ...environmentFiles(site, source),
        ],
        validate: [["bash", "-n", program]],
        activate: reload,
        deactivate: reload,
      },
      child,
    );
    const ready = ["systemctl", "is-active", "-q", timerName(site)] as const;
    new Unit(`${name}-timer`, { host, unit: timerName(site), ready }, child);
    new Script(
      `${name}-certificate`,
      {
        host,
        script: new URL("./issue.sh", import.meta.url),
        values: { PROGRAM: program, WANTED: manner(source) },
        state: { directory: directoryUrl(source), names: names.toSorted(), valid: true },
        timeoutSeconds: 900, // records may take minutes until they are seen
      },
      child,
    );
    this.checks = [issuedCheck(name, host, site, names.length)];
    this.registerOutputs({ checks: this.checks });
  }
}

/** What the provider of DNS is to know: in a file of its own, for the program itself is for everybody to read and run. */
function environmentFiles(site: string, { challenge }: AcmeSource): ConfigFile[] {
  if (challenge.kind !== "dns") return [];
  const content = pulumi.output(challenge.environment).apply(assignments);
  return [{ path: environmentPath(site), content, mode: "0600" }];
}

function issuedCheck(component: string, host: Host, site: string, names: number): Check {
  return {
    name: `certificate-${site}`,
    host: host.name,
    from: "inside",
    command: [programPath(site), "watch"],
    // It asks for each name, for 10 seconds at most.
    ...{ intervalSeconds: 3600, retrySeconds: 60, timeoutSeconds: 10 * names + 5 },
    needs: "nginx",
    component,
    option: "certificates.source",
    runbook: `Read \`journalctl -u ${timerName(site).replace(/timer$/, "service")}\` on the machine: it says why no renewal succeeded.`,
  };
}
