import { serve } from "../../../provider/grpc/serve.ts";
import { dockerProvider } from "./provider.ts";

await serve(dockerProvider());
