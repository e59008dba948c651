import { ApplicationList, type ApplicationOptions } from "./application-options.ts";
import { endless } from "./following.ts";
import { RedirectList, type RedirectOptions } from "./redirect-options.ts";
import { readTable, type Table } from "./table.ts";

/** What is wrong with a host's routes: the option's path below `nginx`, and what to do. */
export interface RouteFault {
  readonly path: string;
  readonly message: string;
}

/** A site of the host, as far as routes go. */
export interface Named {
  readonly hostname: string;
  readonly aliases: readonly string[];
  /** Paths that its own application answers; a route may take a part of one, and none as a whole. */
  readonly own: readonly string[];
}

/**
 * What is wrong with redirects and applications of a site together, as they were written: of what the schema refuses
 * already, nothing is said. Reads the tables.
 */
export function routeFaults(
  written: { readonly redirects: unknown; readonly applications: unknown },
  site: Named,
): RouteFault[] {
  const redirects = RedirectList.safeParse(written.redirects ?? []);
  const applications = ApplicationList.safeParse(written.applications ?? []);
  if (!redirects.success || !applications.success) return [];
  const read = tablesOf(redirects.data);
  const unread = tableFaults(redirects.data, read);
  return [
    ...ownedFaults(redirects.data, applications.data, site),
    ...unread,
    ...(unread.length > 0 ? [] : endlessFaults(redirects.data, applications.data, read, site)),
  ];
}

function tablesOf(redirects: readonly RedirectOptions[]): ReadonlyMap<string, Table> {
  const all = redirects.flatMap((redirect) => (redirect.kind === "query" ? redirect.maps : []));
  return new Map(all.map(({ csv }) => [csv, readTable(csv)]));
}

function tableFaults(
  redirects: readonly RedirectOptions[],
  read: ReadonlyMap<string, Table>,
): RouteFault[] {
  return redirects.flatMap((redirect, index) =>
    (redirect.kind === "query" ? redirect.maps : []).flatMap(({ csv, after }, at) => {
      const { faults } =
        after === undefined ? (read.get(csv) ?? readTable(csv)) : readTable(csv, true);
      return faults.map((fault) => ({
        path: `redirects.${index}.maps.${at}.csv`,
        message: `(${csv}) ${fault}`,
      }));
    }),
  );
}

/** Redirects and applications that take what belongs to another. */
function ownedFaults(
  redirects: readonly RedirectOptions[],
  applications: readonly ApplicationOptions[],
  { own }: Named,
): RouteFault[] {
  const taken = (path: string) =>
    own.includes(path) || own.includes(`${path}/`)
      ? "is the site's own: without it the site does not work; take another path, or one below it"
      : undefined;
  const inside = ({ hostname, from }: RedirectOptions) => {
    const owner = applications.find(
      ({ hostname: site, path }) => site === hostname && `${from}/`.startsWith(path),
    );
    return owner && `belongs to the application at ${owner.path}: take one of the two out`;
  };
  const fault = (path: string, message: string | undefined) =>
    message === undefined ? [] : [{ path, message }];
  return [
    ...redirects.flatMap((one, index) =>
      fault(`redirects.${index}.from`, taken(one.from) ?? inside(one)),
    ),
    ...applications.flatMap(({ path }, index) => fault(`applications.${index}.path`, taken(path))),
  ];
}

function endlessFaults(
  redirects: readonly RedirectOptions[],
  applications: readonly ApplicationOptions[],
  read: ReadonlyMap<string, Table>,
  { hostname, aliases }: Named,
): RouteFault[] {
  const names = new Map([hostname, ...aliases].map((name) => [name, hostname]));
  const lower = (entries: ReadonlyMap<string, string>) =>
    new Map(Array.from(entries, ([key, to]) => [key.toLowerCase(), to]));
  const tables = new Map(Array.from(read, ([csv, { entries }]) => [csv, lower(entries)]));
  return endless({ names, redirects, applications, tables }).map(({ index, way }) => ({
    path: `redirects.${index}`,
    message: `never comes to an end, or not within ten steps: ${way.join(" -> ")}; lead one of them elsewhere`,
  }));
}
