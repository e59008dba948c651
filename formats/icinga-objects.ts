import type { Macros, Value } from "./icinga.ts";

/** Text that Icinga expands; a plain one stays literal. */
type Expanded = string | Macros;

/** Custom variables by name; Icinga expands macros in them wherever they are used. */
export type Vars = Readonly<Record<string, Value>>;

/** What hosts and services have in common ("Object Types" in Icinga 2's manual). Intervals are in seconds. */
interface Checkable {
  readonly display_name?: string;
  readonly check_command: string;
  readonly check_interval?: number;
  readonly retry_interval?: number;
  readonly max_check_attempts?: number;
  /** Seconds after which the plugin is ended; that of the command when absent. */
  readonly check_timeout?: number;
  readonly enable_active_checks?: boolean;
  readonly enable_passive_checks?: boolean;
  readonly enable_notifications?: boolean;
  readonly enable_flapping?: boolean;
  readonly volatile?: boolean;
  /** The endpoint on which the plugin is run. */
  readonly command_endpoint?: string;
  readonly zone?: string;
  readonly notes?: string;
  readonly notes_url?: string;
  readonly vars?: Vars;
}

/** One argument of a command, when there is more to say of it than its value. */
export interface CommandArgument {
  readonly value?: Expanded;
  readonly required?: boolean;
  readonly skip_key?: boolean;
  readonly repeat_key?: boolean;
  readonly set_if?: Expanded;
  readonly order?: number;
}

/** The attributes of each type of object that the platform makes. */
export interface Attributes {
  readonly ApiListener: {
    readonly bind_host?: string;
    readonly bind_port?: number;
    readonly accept_config?: boolean;
    readonly accept_commands?: boolean;
    readonly max_anonymous_clients?: number;
    readonly tls_protocolmin?: "TLSv1.2";
    readonly cipher_list?: string;
  };
  readonly ApiUser: {
    readonly password?: string;
    /** Common name of the certificate by which the user is known. */
    readonly client_cn?: string;
    readonly permissions: readonly string[];
  };
  readonly CheckCommand: {
    /** The program and its first words. */
    readonly command: readonly Expanded[];
    readonly arguments?: Readonly<Record<string, Expanded | CommandArgument>>;
    readonly env?: Readonly<Record<string, Expanded>>;
    readonly timeout?: number;
    readonly vars?: Vars;
  };
  readonly CheckerComponent: { readonly concurrent_checks?: number };
  readonly Dependency: {
    readonly parent_host_name: string;
    readonly parent_service_name?: string;
    readonly child_host_name: string;
    readonly child_service_name?: string;
    readonly disable_checks?: boolean;
    readonly disable_notifications?: boolean;
    readonly ignore_soft_states?: boolean;
  };
  readonly Endpoint: {
    readonly host?: string;
    readonly port?: number;
    readonly log_duration?: number;
  };
  readonly FileLogger: { readonly path: string; readonly severity?: Severity };
  readonly Host: Checkable & { readonly address?: string; readonly address6?: string };
  readonly Notification: {
    readonly host_name: string;
    readonly service_name?: string;
    readonly command: string;
    readonly users: readonly string[];
    /** What is told; all when absent, also each downtime. */
    readonly types?: readonly ("Problem" | "Recovery" | "Acknowledgement")[];
    /** Seconds after which a problem is told again; 0 for never. */
    readonly interval?: number;
    readonly zone?: string;
  };
  readonly NotificationCommand: {
    readonly command: readonly Expanded[];
    readonly env?: Readonly<Record<string, Expanded>>;
    readonly timeout?: number;
  };
  readonly NotificationComponent: { readonly enable_ha?: boolean };
  readonly Service: Checkable & { readonly host_name: string };
  readonly User: { readonly display_name?: string };
  readonly Zone: {
    readonly endpoints?: readonly string[];
    readonly parent?: string;
    readonly global?: boolean;
  };
}

/** How much a log says. */
export type Severity = "critical" | "debug" | "information" | "notice" | "warning";
