import { type Properties, text, UNKNOWN } from "../../../provider/grpc/values.ts";
import { labelsOf, objects } from "./container-create.ts";
import { expectOk } from "./daemon.ts";
import { networkFields } from "./fields.ts";
import { labelList, untilUnused } from "./removal.ts";
import type { DockerType } from "./resource.ts";

interface Inspected {
  Id: string;
  Name: string;
  Scope: string;
  Driver: string;
  EnableIPv6: boolean;
  Internal: boolean;
  Attachable: boolean;
  Ingress: boolean;
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
  IPAM: { Driver: string; Options: Record<string, string> | null; Config: Pool[] | null };
}

interface Pool {
  Subnet?: string;
  Gateway?: string;
  IPRange?: string;
  AuxiliaryAddresses?: Record<string, string>;
}

/** `docker:index/network:Network`. */
export const network: DockerType = {
  fields: networkFields,
  required: ["name"],
  meta: JSON.stringify({ schema_version: "1" }),
  oneByName: true,

  async make(daemon, plan) {
    const answer = await daemon("POST", "/networks/create", createBody(plan));
    const { Id: id } = expectOk(answer, "Unable to create network") as { Id: string };
    return { id };
  },

  async find(daemon, id) {
    const answer = await daemon("GET", `/networks/${id}`);
    if (answer.status === 404) return undefined;
    const inspected = expectOk(answer, "Unable to inspect network") as Inspected;
    return { id: inspected.Id, values: values(inspected) };
  },

  // Every input replaces.
  change: () => Promise.resolve(),

  remove: (daemon, id) =>
    untilUnused("Unable to remove network", /has active endpoints/, () =>
      daemon("DELETE", `/networks/${id}`),
    ),
};

function createBody(plan: Properties): object {
  const given = (name: string) => (plan[name] === UNKNOWN ? undefined : (plan[name] ?? undefined));
  return {
    Name: plan["name"],
    // Older daemons make a second network of the same name unless they are told not to.
    CheckDuplicate: true,
    Driver: given("driver"),
    EnableIPv6: given("ipv6"),
    Internal: given("internal"),
    Labels: labelsOf(given("labels")),
    Options: given("options"),
    IPAM: {
      Driver: text(plan["ipamDriver"]),
      Config: objects(given("ipamConfigs")).map(({ subnet, gateway, ipRange }) => ({
        Subnet: subnet,
        Gateway: gateway,
        IPRange: ipRange,
      })),
    },
  };
}

function values(inspected: Inspected): Properties {
  return {
    attachable: inspected.Attachable,
    driver: inspected.Driver,
    ingress: inspected.Ingress,
    internal: inspected.Internal,
    ipamConfigs: (inspected.IPAM.Config ?? []).map((pool) => ({
      auxAddress: pool.AuxiliaryAddresses ?? {},
      gateway: pool.Gateway ?? "",
      ipRange: pool.IPRange ?? "",
      subnet: pool.Subnet ?? "",
    })),
    ipamDriver: inspected.IPAM.Driver,
    ipamOptions: inspected.IPAM.Options ?? {},
    ipv6: inspected.EnableIPv6,
    labels: labelList(inspected.Labels),
    name: inspected.Name,
    options: inspected.Options ?? {},
    scope: inspected.Scope,
  };
}
