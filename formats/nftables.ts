/** Who may reach a TCP port of a machine. */
export interface PortGuard {
  /** The table's name, which no other on the machine has. */
  readonly table: string;
  readonly port: number;
  /** Addresses and networks from which it is reached, besides the machine itself. */
  readonly networks: readonly string[];
}

/**
 * A table of nftables of its own (nft(8)) that only ever takes packets away: what it lets through, all other tables still judge.
 * Reading it again replaces it at once, and no other table. Refuses names and networks that are none.
 */
export function portGuard({ table, port, networks }: PortGuard): string {
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(table)) throw new RangeError(`"${table}" is no table's name`);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new RangeError(`${port} is no port`);
  }
  const peers = networks.map((network) => {
    if (!/^[0-9a-f.:]+(?:\/\d{1,3})?$/i.test(network)) {
      throw new RangeError(`"${network}" is no network`);
    }
    return `    ${network.includes(":") ? "ip6" : "ip"} saddr ${network} accept\n`;
  });
  return `table inet ${table}
delete table inet ${table}
table inet ${table} {
  chain peers {
    iifname "lo" accept
${peers.join("")}    drop
  }
  chain input {
    type filter hook input priority filter - 5; policy accept;
    tcp dport ${port} goto peers
  }
}
`;
}
