import { engineLog } from "./grpc/engine.ts";
import { serve } from "./grpc/serve.ts";
import { hostProvider } from "./provider.ts";

await serve(hostProvider({ log: engineLog(process.argv[2]) }));
