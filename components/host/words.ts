import type * as pulumi from "@pulumi/pulumi";
import type { Argv } from "../../formats/shell.ts";
import type { Release } from "./options.ts";

/** A machine that connects through to others: its own login, and its own pin. Nothing is ever put on it. */
export interface Bastion {
  readonly address: pulumi.Input<string>;
  readonly port: number;
  readonly user: string;
  /** Public host key in authorized_keys form (`type base64`); every carrier pins it. */
  readonly hostKey: pulumi.Input<string>;
}

/**
 * A machine that can be reached over SSH. Where it came from is nobody's business here. `name` is known when
 * the program is planned; `address`, `hostKey` and `instance` may be outputs of whatever made the machine.
 */
export interface Host {
  readonly name: string;
  readonly address: pulumi.Input<string>;
  readonly port: number;
  readonly user: string;
  /** Public host key in authorized_keys form (`type base64`); every carrier pins it. */
  readonly hostKey: pulumi.Input<string>;
  /** New for each creation of the machine; a changed one means that nothing is there. */
  readonly instance: pulumi.Input<string>;
  readonly release: Release;
  /** Seconds that its sshd may take until it answers after a start; 90 when absent. */
  readonly bootSeconds?: number;
  /** What is between here and the machine; `address` is as the bastion sees it. Reached directly when absent. */
  readonly bastion?: Bastion;
}

/** What a component wants served by the host's nginx. */
export interface Site {
  /** Short name, used in file names: lower case, digits, dashes. */
  readonly name: string;
  /** The name in the address bar; requests for it arrive here, others are refused. */
  readonly hostname: string;
  /** Other names that lead there by 301; the site's certificate has to hold them. */
  readonly aliases?: readonly string[];
  /** A name to which all of it leads by 301, with another certificate than its own; no application is asked then. */
  readonly leadsTo?: string;
  /** Where the application listens (HTTP/1.1): a unix socket, `unix:/path`, or a port of the machine itself, `127.0.0.1:8080`. */
  readonly upstream: string;
  /** Largest request body in bytes; larger ones are answered 413. Where it is unlimited, the application decides. */
  readonly maxBodyBytes: number | "unlimited";
  /**
   * For an application that takes and gives what has any size, such as git: nothing is kept back on the way, connections may
   * become others (WebSocket), and the application may be silent for so long. Absent for ordinary pages.
   */
  readonly passing?: { readonly answerSeconds: number };
  /** Path prefixes, each ending in a slash, whose answers stream and must not be buffered. */
  readonly streaming: readonly string[];
  /** What visitors read while the application is away. */
  readonly offline: PageText;
  /** How it is closed to visitors for work on it; it cannot be closed when absent. */
  readonly maintenance?: Maintenance;
}

/** The words of a page of nginx's own, plain text. */
export interface PageText {
  /** Language tag of the texts (BCP 47). */
  readonly language: string;
  readonly title: string;
  readonly message: string;
  /** A mail address or a URL for questions. */
  readonly contact?: string;
}

/** How a site is closed to visitors. */
export interface Maintenance {
  /** Whether it is closed until the configuration says otherwise; a command can close it for the moment. */
  readonly active: boolean;
  readonly page: PageText;
  /** Addresses and networks from which the application is reached meanwhile. */
  readonly testers: readonly string[];
  /** Hours after which a closed site is worth a warning. */
  readonly warnHours: number;
}

/** How a component wants to be watched; Icinga collects these. */
export interface Check {
  /** Name of the service, which no other check of its host has: lower case, digits, dashes. */
  readonly name: string;
  /** The machine that it is about. */
  readonly host: string;
  /** Where the plugin runs: inside on that machine; outside on the one that monitors, with a visitor's eyes. */
  readonly from: "inside" | "outside";
  /**
   * Monitoring plugin and its arguments. A name is one of Debian's monitoring-plugins-basic; a path is a program that the
   * component itself puts there. It runs without any rights, and no argument may be a secret, for all see them.
   */
  readonly command: Argv;
  /** Time between two runs, in seconds. */
  readonly intervalSeconds: number;
  /** Time between two runs when the last one was not green, until it is sure; more often than that is of no use. */
  readonly retrySeconds: number;
  /** Seconds after which the plugin is ended, which is not green. */
  readonly timeoutSeconds: number;
  /** What to do when it is not green, one sentence. */
  readonly runbook: string;
  /** The component that wants it, by the name of its resource. */
  readonly component: string;
  /** The option by which it can be changed or taken away; named when Icinga refuses the check. */
  readonly option: string;
  /** The site whose visitors it speaks for: it tells nobody while that is deployed. */
  readonly site?: string;
  /**
   * Whether it tells that the last deployment of its site failed. What monitors it takes that for the deployment's end, and tells of
   * that one; the check itself tells nobody. It says `failed=SECONDSs`, since when, as its figure.
   */
  readonly gate?: true;
  /** Another check of its machine without which it cannot be green: while that is red, it tells nobody. */
  readonly needs?: string;
}

/** A site while what serves it is replaced. */
export interface SiteDeployment {
  readonly host: Host;
  readonly site: string;
  /** What it is told by from any other deployment. */
  readonly change: pulumi.Input<string>;
  /** Seconds after which it is over, however it went. */
  readonly secondsMax: number;
}

/** Who watches sites, and is told of a deployment so that it tells nobody else. */
export interface Watcher {
  /** Has it tell nobody from `begin` to `end`; each runs once for each change. */
  deployment(
    name: string,
    step: "begin" | "end",
    deployment: SiteDeployment,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource;
}

/** What a component must not lose. Consistency is its own business; `components/backup` keeps it. */
export interface Backup {
  /** Short name, used in file names: lower case, digits, dashes. */
  readonly name: string;
  readonly host: string;
  /** Files and directories on the host that hold the data or the copy of them that `prepare` writes, absolute. */
  readonly paths: readonly string[];
  /** Command that writes a consistent copy before the paths are read, where plain files are not consistent. */
  readonly prepare?: Argv;
  /** When a copy is made (systemd.time(7)); when all are made if absent. */
  readonly schedule?: string;
  /** How old the last good copy may become, in hours. */
  readonly maxAgeHours: number;
  /** Less than this cannot be right, and is never taken for a copy. */
  readonly least: { readonly files: number; readonly bytes: number };
  /**
   * Command that asks whether a copy is good. Its last argument, added to these, is the directory below which the
   * paths lie: that of a copy fetched to be tried, or `/` when a restore has been put in place.
   */
  readonly verify: Argv;
  /** Command that succeeds when there are live data that a restore would replace. */
  readonly running: Argv;
  /** Command that puts a copy in place, which lies below its last argument, added to these. */
  readonly restore: Argv;
  /** What a person has to know of a restore, one sentence. */
  readonly runbook: string;
}

/** What every component gives to the rooms that collect. */
export interface Offers {
  readonly sites: readonly Site[];
  readonly checks: readonly Check[];
  readonly backups: readonly Backup[];
}
