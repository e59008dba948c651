import assert from "node:assert/strict";
import { NginxOptions } from "../components/nginx/index.ts";
import { proxyFiles } from "../components/nginx/render.ts";
import { certificateFiles, type Site } from "../components/host/index.ts";
import type { Machine } from "../lab/machines.ts";
import { benchMachines } from "./lab.ts";

const site: Site = {
  name: "forum",
  hostname: "forum.lab.test",
  upstream: "unix:/run/application.sock",
  maxBodyBytes: 10 * 1024 * 1024,
  streaming: ["/message-bus/"],
  offline: { language: "en", title: "Back soon", message: "One moment." },
};

const { chain, key } = certificateFiles(site.name);

/** The application: one page of 10 KiB. */
const application = `server {
  listen ${site.upstream};
  access_log off;
  root /srv/application;
}
`;
const page = "x".repeat(10 * 1024);

/** What a person would write by hand who wants TLS in front of it and nothing else. */
const minimal = `server {
  listen 8443 ssl http2;
  server_name ${site.hostname};
  ssl_certificate ${chain};
  ssl_certificate_key ${key};
  location / {
    proxy_set_header Host $host;
    proxy_pass http://${site.upstream};
  }
}
`;

/** The two proxies that are compared, by what they are called. */
export const proxies = {
  generated: `https://${site.hostname}/`,
  "by hand": `https://${site.hostname}:8443/`,
} as const;

/** Runs a command that must succeed; gives its output. */
export async function succeed(machine: Machine, command: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await machine.run(command, input);
  assert.equal(code, 0, `${command.slice(0, 200)}: ${stdout}${stderr}`);
  return stdout;
}

/** A machine on which one nginx is both proxies, in front of one application. */
export async function proxyMachine(): Promise<Machine> {
  const [machine] = await benchMachines(1);
  assert.ok(machine);
  await succeed(
    machine,
    "apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends nginx curl openssl nghttp2-client >/dev/null 2>&1; " +
      `rm -f /etc/nginx/sites-enabled/default; grep -q ${site.hostname} /etc/hosts || echo 127.0.0.1 ${site.hostname} >>/etc/hosts; ` +
      `mkdir -p ${chain.replace(/\/[^/]*$/, "")}; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ` +
      `-keyout ${key} -out ${chain} -days 3 -subj /CN=${site.hostname} -addext subjectAltName=DNS:${site.hostname} 2>&1`,
  );
  const { files } = proxyFiles([site], "bookworm", NginxOptions.parse({}));
  const others = [
    { path: "/etc/nginx/conf.d/application.conf", content: application },
    { path: "/srv/application/index.html", content: page },
    { path: "/etc/nginx/conf.d/minimal.conf", content: minimal },
  ];
  for (const { path, content } of [...files, ...others]) {
    await succeed(machine, `install -D /dev/null ${path}; cat >${path}`, content);
  }
  await succeed(machine, "nginx -t -q 2>&1 && systemctl restart nginx");
  return machine;
}
