import { serve } from "../../../provider/grpc/serve.ts";
import { commandProvider } from "./provider.ts";

await serve(commandProvider());
