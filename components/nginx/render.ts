import { createHash } from "node:crypto";
import { render } from "../../formats/nginx.ts";
import {
  certificateFiles,
  type ConfigFile,
  type Release,
  type Site,
  type SiteCertificate,
} from "../host/index.ts";
import { nginxPlugin } from "./checks.ts";
import { maintenanceFiles } from "./maintenance.ts";
import type { NginxOptions } from "./options.ts";
import { pageHtml } from "./page.ts";
import { mapFiles } from "./routes/query-maps.ts";
import { offlinePath, refreshSeconds, shared, siteServers } from "./site.ts";
import { defaultServers } from "./strangers.ts";
import { dhparam, dhparamPath, tlsDirectives, tlsPath } from "./tls.ts";

/** All files of a host's proxy, and the id that each site answers to the machine itself. */
export interface ProxyFiles {
  readonly files: readonly (ConfigFile & { readonly content: string })[];
  readonly id: string;
}

/** The certificate of a site, in the common place where none is given. */
export function certificateOf(
  { name }: Site,
  certificates: Readonly<Record<string, SiteCertificate>>,
): SiteCertificate {
  return certificates[name] ?? { files: certificateFiles(name) };
}

/** Renders the proxy of a host. The id is a digest of all files as they are without it. */
export function proxyFiles(
  sites: readonly Site[],
  release: Release,
  options: NginxOptions,
  certificates: Readonly<Record<string, SiteCertificate>> = {},
): ProxyFiles {
  const files = (id: string) => {
    const group = dhparam(options.dhparam);
    return [
      { path: tlsPath, content: render(tlsDirectives(options, release)) },
      ...(group === undefined ? [] : [{ path: dhparamPath, content: group }]),
      {
        path: "/etc/nginx/sites-enabled/00-platform.conf",
        content: render([...shared(options, sites), ...defaultServers(release, options)]),
      },
      nginxPlugin(),
      ...mapFiles(options.redirects),
      ...sites.flatMap((site) => [
        { path: offlinePath(site), content: pageHtml(site.offline, refreshSeconds) },
        {
          path: `/etc/nginx/sites-enabled/platform-${site.name}.conf`,
          content: render(
            siteServers(site, certificateOf(site, certificates), { release, options, id }),
          ),
        },
      ]),
      ...maintenanceFiles(sites),
    ];
  };
  const id = createHash("sha256")
    .update(JSON.stringify(files("id")))
    .digest("hex")
    .slice(0, 16);
  return { files: files(id), id };
}
