// A service of Azure for a person to try the mirror with: a second product behind the stand-in for Resource Manager.
//   node --import tsx test/support/arm-stand-in-main.ts [--port 8443] [--users 10000] [--data-dir FOLDER]
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { ArmStandIn } from './arm-stand-in.ts';
import { startAzureService } from './azure-service.ts';

const COMMANDS = `Commands: down [SECONDS], up, lag MS, latency MS, limits FACTOR, 429 TIMES, well, seen, events URL,
get PATH, put PATH {"properties":{…}}, patch PATH {…}, delete PATH (as a person in Azure's portal), quit`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8443' },
    users: { type: 'string', default: '100' },
    'data-dir': { type: 'string' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

async function start() {
  const service = await startAzureService({
    port: Number(values.port),
    users: Number(values.users),
    seed: Date.now(),
    dataDir: values['data-dir'],
    print: say,
  });
  const bound = Object.entries(service.settings).map(([name, value]) => `${name}=${value}`);
  say(`
${bound.join('\n')}

The product that answers: ${service.productUrl}/playground
${COMMANDS}`);
  return service;
}

async function obey(arm: ArmStandIn, line: string): Promise<unknown> {
  const [command = '', first, ...rest] = line.trim().split(' ');
  const portal = arm.asPortal('pat@contoso.example');
  const properties = () => JSON.parse(rest.join(' ') || '{}').properties ?? {};
  const path = first ?? '';
  switch (command) {
    case 'down':
      return arm.down(first === undefined ? undefined : Number(first) * 1_000);
    case 'up':
      return arm.up();
    case 'lag':
      return arm.behave({ lagMs: Number(first) });
    case 'latency':
      return arm.behave({ latencyMs: [Number(first), Number(first)] });
    case 'limits':
      return arm.behave({ limits: Number(first) });
    case '429':
      return arm.next('429', { times: Number(first ?? 1) });
    case 'well':
      return arm.behaveWell();
    case 'seen':
      return arm
        .seen()
        .slice(-20)
        .map(({ method, below, status }) => `${method} ${below} ${status}`)
        .join('\n');
    case 'events':
      return arm.subscribeToEvents(path);
    case 'get':
      return portal.get(path);
    case 'put':
      return portal.put(path, properties());
    case 'patch':
      return portal.patch(path, properties());
    case 'delete':
      return portal.delete(path);
    default:
      return COMMANDS;
  }
}

const { arm, stop } = await start();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stop().then(() => process.exit(0)));
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === 'quit') break;
  try {
    const answer = await obey(arm, line);
    say(
      answer === undefined ? 'done' : typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2),
    );
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
await stop();
process.exit(0);
