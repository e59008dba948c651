import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import {
  type Backup,
  type ConfigFile,
  ConfigSet,
  type Host,
  Packages,
  RemoteScript,
  Service,
  Unit,
} from "../host/index.ts";
import { backupChecks } from "./checks.ts";
import { calendars, plainFiles, settingsText, timers } from "./files.ts";
import type { BackupOptions } from "./options.ts";
import { BackupPlace } from "./place.ts";
import {
  credentialsText,
  directory,
  escrowText,
  localValues,
  type RepositoryValues,
  s3Values,
  sftpValues,
} from "./repository.ts";

export { BackupOptions } from "./options.ts";

/** Arguments of a machine's backups. */
export interface BackupsArgs {
  readonly host: Host;
  /** What the services of the machine must not lose. */
  readonly backups: readonly Backup[];
  readonly options: BackupOptions;
  /** All machines of the stack by name: the copies or the password may be kept on one of them. */
  readonly machines: ReadonlyMap<string, Host>;
}

/** How a repository is reached, and what must be there before. */
interface Repository {
  readonly values: pulumi.Input<RepositoryValues>;
  readonly secrets: readonly ConfigFile[];
  readonly before: readonly pulumi.Resource[];
}

/** The backups of one machine: restic by timers, into a repository of its own, tried by a drill. */
export class Backups extends Service {
  /** The name of the machine. */
  readonly machine: string;
  /** Where its copies are, as restic names it. */
  readonly repository: pulumi.Output<string>;
  /** The machine's public key for SFTP; undefined where it needs none. */
  readonly publicKey: pulumi.Output<string> | undefined;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:backup:Backups", name, opts);
    const { host, backups, options } = args;
    const child = { parent: this };
    this.machine = host.name;
    const packages = ["restic", "jq", "openssh-client"];
    new Packages(`${name}-packages`, { host, packages }, child);
    const key = this.keyPair(name, options);
    this.publicKey = key?.publicKeyOpenssh.apply((line) => line.trim());
    const { values, secrets, before } = this.place(name, args, key);
    const settings = pulumi
      .output(values)
      .apply((known) => settingsText(host.name, options, known));
    new ConfigSet(
      `${name}-files`,
      {
        host,
        files: [
          ...plainFiles(backups, options),
          { path: `${directory}/repository.conf`, content: settings },
          { path: `${directory}/password`, content: options.password, mode: "0600" },
          ...secrets,
        ],
        validate: [["systemd-analyze", "calendar", "--", ...calendars(backups, options)]],
        activate: [["systemctl", "daemon-reload"]],
      },
      child,
    );
    // Where it is stands in the script, so that one in another place is made as well.
    this.repository = pulumi.output(values).apply((known) => String(known["REPOSITORY"]));
    const where = { PLACE: this.repository };
    const made = { host, script: new URL("./init.sh", import.meta.url), values: where };
    new RemoteScript(`${name}-repository`, made, { ...child, dependsOn: [...before] });
    for (const [what, unit] of Object.entries(timers(backups))) {
      const ready = ["systemctl", "--quiet", "is-active", unit] as const;
      new Unit(`${name}-${what}`, { host, unit, ready }, child);
    }
    this.escrow(name, args, values);
    this.checks = backupChecks(name, host.name, backups);
    const { repository, publicKey, checks } = this;
    this.registerOutputs({ repository, publicKey, checks });
  }

  private keyPair(name: string, { repository }: BackupOptions): tls.PrivateKey | undefined {
    if (!repository.machine && !repository.sftp) return undefined;
    return new tls.PrivateKey(`${name}-key`, { algorithm: "ED25519" }, { parent: this });
  }

  /** Where the copies go; on another machine of the stack, the place for them is made. */
  private place(
    name: string,
    { host, options, machines }: BackupsArgs,
    key: tls.PrivateKey | undefined,
  ): Repository {
    const { local, sftp, s3 } = options.repository;
    if (local) return { values: localValues(local.path, host.name), secrets: [], before: [] };
    if (s3) {
      const content = pulumi
        .all([s3.keyId, s3.secretKey])
        .apply(([id, secretKey]) => credentialsText(id, secretKey));
      const file = { path: `${directory}/credentials`, content, mode: "0600" };
      return { values: s3Values(s3, host.name), secrets: [file], before: [] };
    }
    if (!key) throw new RangeError("no place for the copies is given");
    const secrets = [
      { path: `${directory}/ssh-key`, content: key.privateKeyOpenssh, mode: "0600" },
    ];
    if (sftp) {
      const { path, ...login } = sftp;
      return {
        values: sftpValues({ ...login, path: `${path}/${host.name}` }),
        secrets,
        before: [],
      };
    }
    return { ...this.onMachine(name, host, options, machines, key), secrets };
  }

  private onMachine(
    name: string,
    host: Host,
    { repository: { machine } }: BackupOptions,
    machines: BackupsArgs["machines"],
    key: tls.PrivateKey,
  ): Omit<Repository, "secrets"> {
    const keeper = machine && machines.get(machine.name);
    if (!keeper) throw new RangeError(`no machine is called ${machine?.name ?? ""}`);
    const publicKey = key.publicKeyOpenssh.apply((line) => line.trim());
    const { path } = machine;
    const args = { host: keeper, client: host.name, path, publicKey };
    const place = new BackupPlace(`${name}-place`, args, { parent: this });
    const { user, repository } = place;
    const values = pulumi
      .all([machine.address ?? keeper.address, keeper.hostKey])
      .apply(([address, hostKey]) =>
        sftpValues({ address, hostKey, user, port: keeper.port, path: repository }),
      );
    return { values, before: [place.ready] };
  }

  /** The password in a second place, for the day when this machine and the stack's own secrets are gone. */
  private escrow(
    name: string,
    { host, options, machines }: BackupsArgs,
    values: pulumi.Input<RepositoryValues>,
  ): void {
    if (options.escrow === undefined) return;
    const keeper = machines.get(options.escrow);
    if (!keeper) throw new RangeError(`no machine is called ${options.escrow}`);
    const { s3 } = options.repository;
    const secrets = {
      password: options.password,
      ...(s3 ? { "access key": s3.keyId, "secret access key": s3.secretKey } : {}),
    };
    const content = pulumi
      .all([pulumi.output(values), pulumi.output(secrets)])
      .apply(([known, all]) => escrowText(host.name, known, all));
    const path = `${directory}/escrow/${host.name}`;
    const files = [{ path, content, mode: "0600" }];
    new ConfigSet(`${name}-escrow`, { host: keeper, files }, { parent: this });
  }
}
