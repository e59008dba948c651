import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  ConfigSet,
  dockerProvider,
  goesWith,
  lastResource,
  Packages,
  Script,
  Unit,
  Service,
  type Check,
  type Host,
} from "../host/index.ts";
import * as render from "./daemon.ts";
import type { DockerEngineOptions, ImageOptions } from "./options.ts";

export { DockerEngineOptions, ImageOptions } from "./options.ts";

/** Docker Engine on a host, reached by the Docker provider through the host's own SSH. */
export class DockerEngine extends Service {
  /** Provider for everything that runs in this engine; it waits until the daemon answers. */
  readonly provider: docker.Provider;
  /** Log rotation of a container (json-file), as the daemon does it by default. */
  readonly logOptions: Readonly<Record<"max-file" | "max-size", string>>;
  readonly #host: Host;

  constructor(
    name: string,
    args: { readonly host: Host; readonly options: DockerEngineOptions },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("platform:docker-engine:DockerEngine", name, opts);
    const { host, options } = args;
    const child = { parent: this };
    this.#host = host;
    this.logOptions = render.logOptions(options);

    new ConfigSet(
      `${name}-daemon`,
      {
        host,
        files: [{ path: "/etc/docker/daemon.json", content: render.daemonJson(options) }],
        adopt: "refuse", // a data-root or a mirror that stands there must not be lost
        validate: [["sh", "-c", validateDaemon]],
        activate: [["sh", "-c", restartDaemon]],
        probe: [["sh", "-c", `${absent} || docker version >/dev/null`]],
      },
      child,
    );
    const packages = new Packages(
      `${name}-packages`,
      {
        host,
        packages: render.enginePackages(options.source, host.release),
        sources: options.source === "docker" ? [render.dockerSource(host.release)] : [],
      },
      child,
    );
    const ready = ["docker", "version"] as const;
    const service = { host, unit: "docker.service", ready, packages };
    const unit = new Unit(`${name}-unit`, service, child);
    const login = host.user === "root" ? [] : [this.admit(`${name}-login`, host)];
    this.provider = dockerProvider(`${name}-provider`, host, {
      ...child,
      dependsOn: [unit, ...login],
    });
    this.checks = [dockerCheck(name, host)];
    this.registerOutputs({ checks: this.checks });
  }

  /** Keeps an image there, so that the provider finds it; nothing to do without an archive. */
  loadImage(name: string, image: ImageOptions, opts: pulumi.CustomResourceOptions): void {
    if (image.archive === undefined) return;
    const script = new URL("./load-image.sh", import.meta.url);
    const values = { IMAGE: image.name, ARCHIVE: image.archive };
    const state = { image: image.name };
    new Script(name, { host: this.#host, script, values, state, timeoutSeconds: 900 }, opts);
  }

  /** Makes the host's login a member of the group that may talk with the engine. */
  private admit(name: string, host: Host): Script {
    const script = new URL("./login.sh", import.meta.url);
    const args = { host, script, values: { LOGIN: host.user }, state: { member: true } };
    return new Script(name, args, { parent: this });
  }

  /** Options for a resource in this engine that must wait for all that was put on the host before it. */
  after(parent: pulumi.Resource): pulumi.CustomResourceOptions {
    const last = lastResource(this.#host);
    const after = { parent, provider: this.provider, dependsOn: last ? [last] : [] };
    return { ...goesWith(this.#host), ...after };
  }
}

// Debian 12's engine (20.10) cannot judge its configuration before it starts; later ones can.
const validateDaemon =
  "! dockerd --help 2>/dev/null | grep -q -- --validate || dockerd --validate --config-file=/etc/docker/daemon.json";

// Of an engine that was removed, apt leaves the old init script, which systemd still calls enabled.
const absent = "! command -v dockerd >/dev/null || ! systemctl is-enabled -q docker 2>/dev/null";

// A reload first, so that the daemon knows of live-restore before it goes; nothing before it is installed.
const restartDaemon =
  `if ${absent}; then exit 0; fi; systemctl reload docker || true; ` +
  "systemctl reset-failed docker; systemctl restart docker";

function dockerCheck(component: string, host: Host): Check {
  return {
    name: "docker",
    host: host.name,
    from: "inside",
    command: ["check_procs", "-C", "dockerd", "-c", "1:"],
    ...{ intervalSeconds: 20, retrySeconds: 10, timeoutSeconds: 10 },
    component,
    option: `hosts.${host.name}.docker`,
    runbook:
      "Read `journalctl -u docker`; containers live on without the daemon, so start it again in peace.",
  };
}
