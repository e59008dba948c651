import assert from "node:assert/strict";
import { test } from "node:test";
import { portGuard } from "../../../formats/nftables.ts";

const guard = { table: "platform_icinga", port: 5665, networks: ["10.20.0.0/24", "2001:db8::7"] };

test("a guard of a port is a table of its own, which is replaced at once and takes nothing but that port away", () => {
  assert.equal(
    portGuard(guard),
    `table inet platform_icinga
delete table inet platform_icinga
table inet platform_icinga {
  chain peers {
    iifname "lo" accept
    ip saddr 10.20.0.0/24 accept
    ip6 saddr 2001:db8::7 accept
    drop
  }
  chain input {
    type filter hook input priority filter - 5; policy accept;
    tcp dport 5665 goto peers
  }
}
`,
  );
});

test("names, ports and networks that are none are refused", () => {
  const refused = [{ table: "a b" }, { port: 0 }, { port: 65_536 }, { networks: ["all; drop"] }];
  for (const more of refused) assert.throws(() => portGuard({ ...guard, ...more }), RangeError);
});
