import type { Ruby, RubySetting } from "../../formats/ruby.ts";
import type { Allocation } from "./allocation.ts";
import { since, type Version } from "./version.ts";

/** Ports in the container, which are published for our nginx, and that of its sshd. */
export const innerPorts = { http: 80, registry: 5050, pages: 5051, ssh: 22 } as const;

/** A server of the bundled nginx, by the service that it is for. */
type Service = "gitlab_rails" | "registry" | "gitlab_pages";

const earlier = {
  gitlab_rails: "nginx",
  registry: "registry_nginx",
  gitlab_pages: "pages_nginx",
} as const satisfies Record<Service, string>;

/** Settings of the bundled nginx's server for a service, by the names that this release has for them. */
export function serverSettings(
  service: Service,
  values: Readonly<Record<string, Ruby>>,
  version: Version,
): RubySetting[] {
  if (since(version, "19.2")) return [{ section: service, key: "nginx", value: values }];
  const section = earlier[service];
  return Object.entries(values).map(([key, value]) => ({ section, key, value }));
}

/**
 * A server behind our nginx: it speaks HTTP there although its URL begins with https, takes the visitor's address from our
 * nginx alone, limits no body, and leaves it to our nginx to say HSTS. Requests to git, LFS and the registry are not buffered
 * by GitLab's own default.
 */
export function behindProxy(port: number, { subnet }: Allocation): Readonly<Record<string, Ruby>> {
  return {
    listen_port: port,
    listen_https: false,
    redirect_http_to_https: false,
    client_max_body_size: 0,
    hsts_max_age: 0,
    real_ip_trusted_addresses: [subnet],
    real_ip_header: "X-Forwarded-For",
    real_ip_recursive: "on",
  };
}
