import { z } from "zod";
import { network } from "../host/index.ts";

const seconds = z.int().min(1).max(3600).optional();

/** What one client may ask for; absent is without limit. */
const LimitOptions = z
  .strictObject({
    requestsPerSecond: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("Requests a second, on average, of one address; others are answered 429."),
    burst: z
      .int()
      .min(0)
      .max(10_000)
      .optional()
      .describe("How many more may come at once; ten seconds' worth when absent."),
    connections: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("Connections of one address; in HTTP/2, each request under way is one."),
  })
  .refine(
    ({ burst, requestsPerSecond }) => burst === undefined || requestsPerSecond !== undefined,
    {
      path: ["burst"],
      error: "must go with requestsPerSecond: it is what may come beyond those",
    },
  );

/** How long is waited; absent is nginx's own minute. */
const TimeoutOptions = z.strictObject({
  requestSeconds: seconds.describe(
    "For a client that sends its request, between two of its packets.",
  ),
  answerSeconds: seconds.describe(
    "For the application, between two parts of its answer; then the offline page is shown.",
  ),
});

/** What is noted of each request, in /var/log/nginx/<site>.log. */
const AccessLogOptions = z.strictObject({
  format: z
    .enum(["json", "combined", "off"])
    .default("json")
    .describe("A JSON object a line, nginx's `combined`, or nothing."),
  addresses: z
    .enum(["shortened", "full", "none"])
    .default("shortened")
    .describe("Addresses of clients: three bytes of IPv4 and 32 bits of IPv6, all, or none."),
});

/** Who may ask for how much, and what is noted of it. */
export const TrafficOptions = z.strictObject({
  limits: LimitOptions.prefault({}),
  timeouts: TimeoutOptions.prefault({}),
  trustedProxies: z
    .array(network)
    .default([])
    .describe(
      "Proxies in front of this one: what they say in X-Forwarded-For is the client's address. Nobody else is believed.",
    ),
  accessLog: AccessLogOptions.prefault({}),
});

/** Validated options of a proxy's traffic. */
export type TrafficOptions = z.output<typeof TrafficOptions>;
