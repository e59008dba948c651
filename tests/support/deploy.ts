import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";

/** One registration as the engine would get it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Inputs with every secret envelope taken off; `secrets` says where they were. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Paths of the inputs that were secret, such as `files["/etc/a"].content`, sorted. */
  readonly secrets: readonly string[];
  /** Inputs as they went over the wire, envelopes and all. */
  readonly wire: Readonly<Record<string, unknown>>;
  /** Name of the parent, or "" for the stack. */
  readonly parent: string;
  /** Names of the resources that it waits for, sorted. */
  readonly dependsOn: readonly string[];
  readonly options: {
    readonly protect: boolean;
    readonly additionalSecretOutputs: readonly string[];
    readonly version: string;
    readonly provider: string;
    readonly replacementTrigger: unknown;
    /** Name of the resource that it goes with, or "". */
    readonly deletedWith: string;
  };
}

/** What a build registered and returned. */
export interface Deployment<T> {
  readonly resources: readonly Registered[];
  readonly result: T;
  /** The one resource of that name. */
  readonly resource: (name: string) => Registered;
  /** Lines `type name`, sorted. */
  readonly list: readonly string[];
}

/** The parts of a registration request that tests look at. */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getProtect(): boolean;
  getVersion(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDeletedwith(): string;
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
}

type Register = (request: Request, callback: (error: unknown, response: unknown) => void) => void;

/** State that mocks give back besides the inputs, by resource type. */
const states: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  "tls:index/privateKey:PrivateKey": (name) => ({
    privateKeyPem: pulumi.secret(`KEY ${name}`),
    privateKeyOpenssh: pulumi.secret(`SSH KEY ${name}`),
    publicKeyOpenssh: `ssh-ed25519 AAAA${Buffer.from(name).toString("base64")}\n`,
  }),
  "tls:index/selfSignedCert:SelfSignedCert": (name) => ({ certPem: `CERT ${name}` }),
  "tls:index/certRequest:CertRequest": (name) => ({ certRequestPem: `REQUEST ${name}` }),
  "tls:index/locallySignedCert:LocallySignedCert": (name) => ({ certPem: `CERT ${name}` }),
  "docker:index/remoteImage:RemoteImage": () => ({ imageId: "sha256:1mage" }),
};

/**
 * Builds under mocks, as an update or as a preview, and waits until everything is registered. `more` is what
 * resources of a name give back besides their inputs.
 */
export async function deploy<T>(
  build: () => T,
  preview = false,
  more: Readonly<Record<string, Record<string, unknown>>> = {},
): Promise<Deployment<T>> {
  await pulumi.runtime.setMocks(
    {
      call: ({ token }) => assert.fail(`nothing may be looked up, but ${token} was`),
      newResource: ({ type, name, inputs }) => ({
        id: (more[name]?.["id"] as string | undefined) ?? `${name}-id`,
        state: { ...(inputs as object), ...(preview ? {} : states[type]?.(name)), ...more[name] },
      }),
    },
    "platform",
    "test",
    preview,
  );
  const requests: Request[] = [];
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requests.push(request);
    register(request, callback);
  };
  const result = build();
  await pulumi.runtime.disconnect();
  const resources = requests
    .filter((request) => request.getType() !== "pulumi:pulumi:Stack")
    .map(registered);
  return {
    resources,
    result,
    resource: (name) => {
      const found = resources.filter((resource) => resource.name === name);
      assert.equal(found.length, 1, `one resource is called ${name}, of ${names(resources)}`);
      return found[0] as Registered;
    },
    list: resources.map(({ type, name }) => `${type} ${name}`).toSorted(),
  };
}

function names(resources: readonly Registered[]): string {
  return resources.map(({ name }) => name).join(", ");
}

function registered(request: Request): Registered {
  const wire = request.getObject()?.toJavaScript() ?? {};
  const inputs = Object.fromEntries(
    Object.entries(wire).map(([key, value]) => [key, unwrap(value)]),
  );
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs,
    secrets: secretPaths(wire).toSorted(),
    wire,
    parent: lastPart(request.getParent()),
    dependsOn: request.getDependenciesList().map(lastPart).toSorted(),
    options: {
      protect: request.getProtect(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      version: request.getVersion(),
      provider: lastPart(request.getProvider().split("::").slice(0, 4).join("::")),
      deletedWith: lastPart(request.getDeletedwith()),
      replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
    },
  };
}

function secretPaths(value: unknown, path = ""): string[] {
  if (pulumi.runtime.isRpcSecret(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    return secretPaths(inner, path === "" ? key : path + step);
  });
}

function unwrap(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value))
    return unwrap(pulumi.runtime.unwrapRpcSecret(value) as unknown);
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
}

function lastPart(urn: string): string {
  const name = urn.split("::").at(-1) ?? "";
  return name === "platform-test" ? "" : name;
}

/** Every plain text in what went over the wire outside secret envelopes. */
export function plainTexts(resources: readonly Registered[]): string[] {
  const collect = (value: unknown): string[] => {
    if (typeof value === "string") return [value];
    if (typeof value !== "object" || value === null || pulumi.runtime.isRpcSecret(value)) return [];
    return Object.values(value).flatMap(collect);
  };
  return resources.flatMap(({ wire }) => collect(wire));
}
