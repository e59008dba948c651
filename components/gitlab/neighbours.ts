import { bytes, sizePattern, type Size as Amount } from "../../formats/size.ts";
import { sizeOfPlan } from "./options.ts";
import { hostProblem, type Machine, type Size } from "./plan.ts";
import { fault, part, type FleetFault, type MachineOf, type Raw } from "./written.ts";

/** What machines and neighbours have against an instance. */
export function neighbours(
  all: readonly [string, Raw][],
  machines: Readonly<Record<string, MachineOf>>,
): FleetFault[] {
  return Object.entries(machines).flatMap(([host, machine]) => {
    const own = all.filter(([, raw]) => part(raw, "host") === host);
    const sizes = own.flatMap(([, raw]): Size[] => {
      const plan = part(raw, "plan");
      return plan === undefined ? [] : [sizeOfPlan(plan)];
    });
    const full = hostProblem(sizes, capacity(machine));
    const [first] = own.at(-1) ?? [];
    return [
      ...(full === undefined || first === undefined
        ? []
        : [fault([first, "host"], `${host} ${full}: take a larger machine, or another one`)]),
      ...own.flatMap(([name, raw]) => [
        ...alone(name, raw, host, [
          ...own.filter(([other]) => other !== name).map(([other]) => other),
          ...machine.others,
        ]),
        ...sshFault(name, raw, machine),
      ]),
      ...archives(own),
    ];
  });
}

function capacity({ memory, cores }: MachineOf): Machine {
  const known = typeof memory === "string" && sizePattern.test(memory);
  return {
    ...(known ? { memoryBytes: bytes(memory as Amount) } : {}),
    ...(typeof cores === "number" ? { cpus: cores } : {}),
  };
}

function alone(name: string, raw: Raw, host: string, others: readonly string[]): FleetFault[] {
  if (part(raw, "isolation") !== "vm" || others.length === 0) return [];
  const message =
    `is vm, so that nobody else is on its machine, and ${host} also has ${others.join(", ")}: ` +
    "give it a machine of its own, or set sharedHost (docs/gitlab.md says what that means)";
  return [fault([name, "isolation"], message)];
}

/** An image is loaded once for all instances of a machine, so it has one archive. */
function archives(own: readonly [string, Raw][]): FleetFault[] {
  const first = new Map<string, readonly [name: string, archive: string | undefined]>();
  return own.flatMap(([name, raw]) => {
    const image = part(raw, "image");
    if (image === undefined) return [];
    const [other, archive] = first.get(image.name) ?? [name, image.archive];
    first.set(image.name, [other, archive]);
    if (archive === image.archive) return [];
    const message = `differs from that of ${other}, which has the same image on the same machine: name the same one, or none, in both`;
    return [fault([name, "image", "archive"], message)];
  });
}

function sshFault(name: string, raw: Raw, { sshPort }: MachineOf): FleetFault[] {
  const ssh = part(raw, "ssh");
  if (ssh?.port !== sshPort || ssh.address !== "0.0.0.0") return [];
  const message = `${sshPort} is where the machine's own sshd answers: take another port, or set \`ssh.address\` to one of its addresses`;
  return [fault([name, "ssh", "port"], message)];
}
