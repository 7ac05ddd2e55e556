// What it costs that the answer of a block waits for every process that answers gateway checks.
import { fileURLToPath } from 'node:url';
import { createGatewayConfirmation } from '../../src/db/gateway/confirmation.ts';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { type openContext, prepareService, SERVICE } from './accounts.ts';
import { percentile, timeEach } from './figures.ts';
import { fillAccounts } from './fill.ts';
import { fillCatalog, fillKeys } from './gateway-fill.ts';
import { freePort, startProcess } from './process.ts';

const TARGET = fileURLToPath(new URL('./gateway-target.ts', import.meta.url));
const PROCESSES = [0, 1, 2, 8];
const BLOCKS = 200;
const WARM_UP = 30;
const KEYS = 2_000;

/** Milliseconds, by the number of processes; with 0 nothing is waited for. */
export async function measureBlockPrice(
  { sql, context }: ReturnType<typeof openContext>,
  databaseUrl: string,
) {
  const serviceId = SERVICE;
  await prepareService(context);
  await fillAccounts(sql, serviceId, KEYS);
  await fillCatalog(sql, serviceId);
  await fillKeys(sql, serviceId, KEYS, context.random);
  const rows = await sql<{ accountId: string }[]>`select s.account_id as "accountId" from subscriptions s
    where s.service_id = ${serviceId} order by s.id limit ${BLOCKS + WARM_UP}`;
  const gateways = createGatewayConfirmation(databaseUrl, serviceId);
  const admin: Context = { ...context, untilGatewaysKnow: gateways.confirm };
  const env = { DATABASE_URL: databaseUrl, SERVICE: serviceId };
  const running: { stop(): Promise<void> }[] = [];
  const figures: { processes: number; p50: number; p99: number }[] = [];
  try {
    for (const processes of PROCESSES) {
      while (running.length < processes)
        running.push(await startProcess(TARGET, { ...env, PORT: await freePort() }, ['check']));
      const block = ({ accountId }: { accountId: string }) => blockAccount(admin, { accountId });
      await timeEach(rows.slice(0, WARM_UP), block);
      const times = await timeEach(rows.slice(WARM_UP), block);
      figures.push({ processes, p50: percentile(times, 0.5), p99: percentile(times, 0.99) });
      for (const { accountId } of rows) await activateAccount(admin, { accountId });
    }
    return figures;
  } finally {
    await gateways.close();
    for (const { stop } of running) await stop();
  }
}
