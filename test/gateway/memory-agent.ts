// An agent as a process of its own, beside the gateway in a test's memory. Its settings are those of `npm run gateway`.
import { createAgent } from '../../src/gateway/agent/agent.ts';
import { createHttpSource } from '../../src/gateway/follow/http-source.ts';
import { createLog } from '../../src/log.ts';
import { createMemoryCarrier } from '../support/memory-gateway.ts';

const {
  GATEWAY_SOURCE_URL: url = '',
  GATEWAY_FOLLOW_SECRET: secret = '',
  MEMORY_GATEWAY: gateway = '',
} = process.env;
const agent = createAgent({
  source: createHttpSource({ url, secret }),
  carrier: createMemoryCarrier(gateway),
  log: createLog('info'),
  staleSeconds: Number(process.env.GATEWAY_STALE_SECONDS ?? 0),
});
agent.start();
process.once('SIGTERM', () => void agent.stop().then(() => process.exit(0)));
