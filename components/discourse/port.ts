import type { ConfigFile } from "../host/index.ts";

const path = "/etc/platform-forum/real-address.conf";

/**
 * The host's nginx tells who asks by X-Real-IP. What comes through a published port has Docker's address, so the inner nginx, which
 * limits requests by address, would take all visitors for one. Nobody else reaches the port but containers of the machine.
 */
const content = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
  .map((network) => `set_real_ip_from ${network};\n`)
  .join("");

/** What the inner nginx of an image that listens on a port has to know. */
export function innerFiles(): ConfigFile[] {
  return [{ path, content }];
}

/** Where it reads that, among what templates put into its server (discourse_docker, web.socketed.template.yml). */
export const innerFile = {
  hostPath: path,
  containerPath: "/etc/nginx/conf.d/outlets/server/90-real-address.conf",
  readOnly: true,
};

/** The port, as the container gives it to the machine itself and to nobody else. */
export function published(port: number) {
  return [{ internal: 80, external: port, ip: "127.0.0.1", protocol: "tcp" }];
}
