// A minute and a half of chaos with a fixed seed: one test for each thing that must hold afterwards.
import { beforeAll, describe, expect, it } from 'vitest';
import { CHECKS } from './checks.ts';
import { type ChaosResult, runChaos } from './run.ts';

/** Its first faults hit processes, the database, agents, gateways, Slack, the mail provider and Azure. */
const SEED = 26616;
const MINUTES = 1.5;
/** A minute and a half, the start, and the calm afterwards in which everything that waited is done. */
const MAX_MS = 12 * 60_000;
const CLOSING_MS = 30_000;

describe.skipIf(process.platform === 'win32')(
  `T74, T79, T86, T98: ${MINUTES} minutes of chaos, seed ${SEED}`,
  () => {
    let result: ChaosResult;
    beforeAll(async () => {
      const say = (line: string) => void process.stdout.write(`${line}\n`);
      result = await runChaos({
        seed: SEED,
        minutes: MINUTES,
        kills: null,
        only: null,
        signal: AbortSignal.timeout(MAX_MS - CLOSING_MS),
        say,
      });
      for (const line of result.table) say(line);
    }, MAX_MS);

    it.each(Object.keys(CHECKS))('%s', (name) => {
      expect(result.violations.get(name)).toEqual([]);
    });
  },
);
