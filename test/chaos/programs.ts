// A program that uses the management API, at either process.
import { createToken } from '../../src/operations/tokens/create.ts';
import type { KeyOutput } from './key-model.ts';
import type { Random } from './random.ts';
import { TEAM } from './slack-stand-in.ts';
import type { World } from './world.ts';

const BASE =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.ApiManagement/service/default';
const TIMEOUT_MS = 10_000;
const MAX_READS = 20;

export type Programs = Awaited<ReturnType<typeof createPrograms>>;

export async function createPrograms(world: World, random: Random, owner: string) {
  const { token } = await createToken(world.console(), {
    name: `chaos of ${owner}`,
    role: 'admin',
    grants: ['list-secrets'],
    teamId: TEAM,
    userId: owner,
  });

  async function ask(method: string, path: string) {
    const { url } = random.pick(world.servers);
    const askedAt = performance.now();
    try {
      const response = await fetch(`${url}${BASE}/${path}?api-version=2024-05-01`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      world.note(response.status, `${method} ${path.split('/')[0]}`, askedAt);
      return { status: response.status, body: text };
    } catch {
      return { status: 0, body: '' };
    }
  }

  return {
    async regenerate(subscriptionId: string): Promise<KeyOutput | null> {
      const { status } = await ask('POST', `subscriptions/${subscriptionId}/regeneratePrimaryKey`);
      return status === 204 ? 'done' : null;
    },
    /** Asks until a process answers; null when none does for long. */
    async readKey(subscriptionId: string): Promise<KeyOutput | null> {
      for (let tries = 0; tries < MAX_READS; tries++) {
        const { status, body } = await ask('POST', `subscriptions/${subscriptionId}/listSecrets`);
        if (status === 200) return { key: String((JSON.parse(body) as { primaryKey: string }).primaryKey) };
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return null;
    },
  };
}
