import type { Field, Fields, Kind } from "./schema.ts";

const input = (kind: Kind, more: Partial<Field> = {}): Field => ({ kind, input: true, ...more });
/** An input that replaces the container when it changes. */
const fixed = (kind: Kind, more: Partial<Field> = {}) => input(kind, { replaces: true, ...more });
/** An input that the daemon or the image fills in. */
const filled = (kind: Kind, more: Partial<Field> = {}) => fixed(kind, { computed: true, ...more });
/** A property that is in the state, but that the stand-in does not take as an input. */
const other = (kind: Kind, more: Partial<Field> = {}): Field => ({ kind, ...more });
const otherFixed = (kind: Kind, more: Partial<Field> = {}) =>
  other(kind, { replaces: true, ...more });

/** A label of a container, a network or a volume. */
export const label: Fields = { label: input("string"), value: input("string") };

const duration = input("string", { default: "0s" });

/** `docker:index/container:Container`. */
export const containerFields: Fields = {
  attach: other("boolean", { default: false }),
  bridge: other("string", { computed: true }),
  capabilities: fixed("object", {
    set: true,
    fields: { adds: input("strings", { set: true }), drops: input("strings", { set: true }) },
  }),
  cgroupParent: otherFixed("string"),
  cgroupnsMode: otherFixed("string"),
  command: filled("strings"),
  containerLogs: other("string", { computed: true }),
  containerReadRefreshTimeoutMilliseconds: input("number", { default: 15000 }),
  cpuPeriod: other("number"),
  cpuQuota: other("number"),
  cpuSet: other("string"),
  cpuShares: other("number"),
  cpus: fixed("string"),
  destroyGraceSeconds: input("number"),
  deviceReadBps: other("objects", { set: true }),
  deviceReadIops: other("objects", { set: true }),
  deviceRequests: otherFixed("objects", { set: true }),
  deviceWriteBps: other("objects", { set: true }),
  deviceWriteIops: other("objects", { set: true }),
  devices: otherFixed("objects", { set: true }),
  dns: otherFixed("strings", { set: true }),
  dnsOpts: otherFixed("strings", { set: true }),
  dnsSearches: otherFixed("strings", { set: true }),
  domainname: fixed("string"),
  entrypoints: filled("strings"),
  envs: filled("strings", { set: true }),
  exitCode: other("number", { computed: true }),
  gpus: otherFixed("string"),
  groupAdds: otherFixed("strings", { set: true }),
  healthcheck: input("object", {
    computed: true,
    fields: {
      interval: duration,
      retries: input("number", { default: 0 }),
      startInterval: duration,
      startPeriod: duration,
      tests: input("strings"),
      timeout: duration,
    },
  }),
  hostname: filled("string"),
  hosts: otherFixed("objects", { set: true }),
  image: fixed("string"),
  init: input("boolean", { computed: true }),
  ipcMode: otherFixed("string", { computed: true }),
  labels: filled("objects", { set: true, fields: label }),
  logDriver: filled("string"),
  logOpts: fixed("map"),
  logs: other("boolean", { default: false }),
  maxRetryCount: other("number"),
  memory: input("number"),
  memoryReservation: other("number", { default: 0 }),
  memorySwap: input("number"),
  mounts: fixed("objects", {
    set: true,
    fields: {
      bindOptions: other("object"),
      readOnly: input("boolean"),
      source: input("string"),
      target: input("string"),
      tmpfsOptions: other("object"),
      type: input("string"),
      volumeOptions: other("object"),
    },
  }),
  mustRun: input("boolean", { default: true }),
  name: fixed("string"),
  networkDatas: other("objects", { computed: true }),
  networkMode: fixed("string", { default: "bridge" }),
  networksAdvanced: fixed("objects", {
    set: true,
    fields: {
      aliases: input("strings", { set: true }),
      driverOpts: other("strings", { set: true }),
      gwPriority: other("number"),
      ipv4Address: input("string"),
      ipv6Address: input("string"),
      linkLocalIps: other("strings", { set: true }),
      macAddress: other("string"),
      name: input("string"),
    },
  }),
  pidMode: otherFixed("string"),
  platform: otherFixed("string", { computed: true }),
  ports: fixed("objects", {
    fields: {
      external: input("number", { computed: true }),
      internal: input("number"),
      ip: input("string", { default: "0.0.0.0" }),
      protocol: input("string", { default: "tcp" }),
    },
  }),
  privileged: otherFixed("boolean"),
  publishAllPorts: otherFixed("boolean"),
  readOnly: otherFixed("boolean", { default: false }),
  removeVolumes: input("boolean", { default: true }),
  restart: input("string", { default: "no" }),
  rm: other("boolean", { default: false }),
  runtime: otherFixed("string", { computed: true }),
  securityOpts: filled("strings", { set: true }),
  shmSize: filled("number"),
  start: input("boolean", { default: true }),
  stdinOpen: otherFixed("boolean", { default: false }),
  stopSignal: filled("string"),
  stopTimeout: filled("number"),
  storageOpts: otherFixed("map"),
  sysctls: otherFixed("map"),
  tmpfs: input("map"),
  tty: otherFixed("boolean", { default: false }),
  ulimits: fixed("objects", {
    set: true,
    fields: { hard: input("number"), name: input("string"), soft: input("number") },
  }),
  uploads: otherFixed("objects", { set: true }),
  user: fixed("string", { quiet: true }),
  usernsMode: otherFixed("string"),
  volumes: fixed("objects", {
    set: true,
    fields: {
      containerPath: input("string"),
      fromContainer: other("string"),
      hostPath: input("string"),
      readOnly: input("boolean"),
      selinuxRelabel: other("string"),
      volumeName: input("string"),
    },
  }),
  wait: input("boolean", { default: false }),
  waitTimeout: input("number", { default: 60 }),
  workingDir: fixed("string", { quiet: true }),
};
