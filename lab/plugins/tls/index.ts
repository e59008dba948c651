import { serve } from "../../../provider/grpc/serve.ts";
import { tlsProvider } from "./provider.ts";

await serve(tlsProvider());
