import type { Properties } from "./values.ts";

/** Why one input is refused; `property` is its path, for example `connection.proxy`. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** The inputs with defaults filled in, or the reasons why they are refused. */
export interface CheckResult {
  inputs: Properties;
  failures?: CheckFailure[];
}

/** How one property changes; the `-replace` forms need a new resource. */
export type ChangeKind =
  "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

/** What separates the state from the inputs. No `diffs` means no change. */
export interface DiffResult {
  /** Names of the top-level properties that change. */
  diffs: string[];
  /** Names of the top-level properties that need a new resource. */
  replaces?: string[];
  /** Names of the outputs that keep their value over an update. */
  stables?: string[];
  deleteBeforeReplace?: boolean;
  /** Each changed path and how it changes; left out by providers that cannot tell. */
  detailed?: Record<string, ChangeKind>;
}

/** State after Create, Read or Update. `refreshBeforeUpdate` asks for a Read in every later run. */
export interface State {
  properties: Properties;
  refreshBeforeUpdate?: boolean;
}

/** What every call says about the resource; `signal` fires when the engine cancels the run. */
export interface Call {
  urn: string;
  name: string;
  signal: AbortSignal;
}

/** One resource type of a provider. Secrets arrive wrapped if the provider accepts them. */
export interface ResourceType {
  check(call: Call & { news: Properties; olds: Properties }): CheckResult;
  diff(
    call: Call & { id: string; news: Properties; olds: Properties; oldInputs: Properties },
  ): DiffResult | Promise<DiffResult>;
  create(
    call: Call & { inputs: Properties; preview: boolean },
  ): (State & { id: string }) | Promise<State & { id: string }>;
  /** Answers undefined when the resource is positively gone. */
  read(
    call: Call & { id: string; inputs: Properties; state: Properties },
  ): ReadResult | Promise<ReadResult>;
  update(
    call: Call & {
      id: string;
      news: Properties;
      olds: Properties;
      oldInputs: Properties;
      preview: boolean;
    },
  ): State | Promise<State>;
  delete(
    call: Call & { id: string; state: Properties; oldInputs: Properties },
  ): void | Promise<void>;
}

/** What Read found, with the inputs that would make it; undefined when the resource is gone. */
export type ReadResult = (State & { id: string; inputs: Properties }) | undefined;

/** What a provider says it understands. */
export interface Features {
  acceptSecrets?: boolean;
  acceptResources?: boolean;
  acceptOutputs?: boolean;
  supportsPreview?: boolean;
  supportsAutonamingConfiguration?: boolean;
}

/** A whole provider, as `serve` runs it. */
export interface Provider {
  version: string;
  features: Features;
  /** A sentence instead of `true` answers Handshake or DiffConfig with "unimplemented". */
  handshake: true | string;
  diffConfig: true | string;
  checkConfig(news: Properties): CheckResult;
  configure(config: Properties): void | Promise<void>;
  /** By type token, for example `tls:index/privateKey:PrivateKey`. */
  resources: Record<string, ResourceType>;
}

/** A resource that exists but is not as it should be: it stays in state, the run reports why. */
export class InitFailed extends Error {
  readonly id: string;
  readonly properties: Properties;
  readonly inputs: Properties;
  readonly refreshBeforeUpdate: boolean;

  constructor(message: string, made: State & { id: string; inputs: Properties }) {
    super(message);
    this.id = made.id;
    this.properties = made.properties;
    this.inputs = made.inputs;
    this.refreshBeforeUpdate = made.refreshBeforeUpdate ?? false;
  }
}
