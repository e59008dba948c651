import { ownPaths } from "../components/discourse/index.ts";
import { routeFaults } from "../components/nginx/index.ts";
import { member, type Problem } from "./problems.ts";

/** Redirects and further applications of a machine: those of names that nobody serves there, and all that is wrong among them. */
export function routesOf(machine: string, nginx: unknown, forum: unknown): Problem[] {
  const at = `hosts.${machine}.nginx`;
  const served = member(forum, "host") === machine ? String(member(forum, "hostname")) : "none";
  const strangers = ["redirects", "applications"].flatMap((option) => {
    const list = member(nginx, option);
    return (Array.isArray(list) ? list : []).flatMap((one: unknown, index) =>
      member(one, "hostname") === served
        ? []
        : [
            {
              path: `${at}.${option}.${index}.hostname`,
              message: `is not served there (served: ${served})`,
            },
          ],
    );
  });
  const [redirects, applications] = [member(nginx, "redirects"), member(nginx, "applications")];
  const aliases = [member(forum, "aliases") ?? []].flat().map(String);
  const site = { hostname: served, aliases, own: ownPaths };
  const faults = routeFaults({ redirects, applications }, site);
  return [...strangers, ...faults.map(({ path, message }) => ({ path: `${at}.${path}`, message }))];
}
