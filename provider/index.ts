import { flushCompileCache } from "node:module";
import { engineLog } from "./grpc/engine.ts";
import { serve } from "./grpc/serve.ts";
import { hostProvider } from "./provider.ts";

await serve(hostProvider({ log: engineLog(process.argv[2]) }));
flushCompileCache(); // now, for the engine ends plugins without a word
