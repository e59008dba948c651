import type { TestMachine } from "./machine.ts";

/** The passwords of both, with all that the platform takes. */
export const passwords = { database: "p+/=1%,:@", redis: "r+/=1%,:@" };

/** A PostgreSQL and a Redis of Debian's on a machine, for a forum that has neither. */
export interface Stores {
  /** Where containers of the machine, and the machine itself, reach both. */
  readonly address: string;
  /** Does something as PostgreSQL's administrator; gives what it prints. */
  readonly sql: (command: string, database?: string) => Promise<string>;
}

/** Puts both on a machine with Docker. They let in the forum's logins, which are not there yet. */
export async function storesOn(machine: TestMachine): Promise<Stores> {
  const sql: Stores["sql"] = (command, database = "postgres") =>
    machine.succeed(`runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d ${database}`, command);
  await machine.succeed(
    "{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends " +
      "postgresql redis-server; } >/dev/null 2>&1",
  );
  // Debian 12 has no pgvector: this one has nothing in it but the rights that it takes.
  await machine.succeed(
    "cd /usr/share/postgresql/15/extension; echo 'select 1;' >vector--1.sql; cat >vector.control",
    "default_version = '1'\nsuperuser = true\n",
  );
  const found = "ip -4 -o addr show docker0 | awk '{ print $4 }' | cut -d / -f 1";
  const address = (await machine.succeed(found)).trim();
  await machine.succeed(
    "sed -i 's/^requirepass .*//; s/^bind .*//' /etc/redis/redis.conf; cat >>/etc/redis/redis.conf",
    `bind ${address}\nrequirepass ${passwords.redis}\n`,
  );
  await machine.succeed(
    "cat >>/etc/postgresql/15/main/pg_hba.conf",
    "host discourse discourse 172.16.0.0/12 scram-sha-256\n",
  );
  await sql("drop database if exists discourse");
  await sql("drop role if exists discourse");
  await sql(`alter system set listen_addresses = '${address}'`);
  await machine.succeed("systemctl restart redis-server postgresql@15-main");
  return { address, sql };
}
