import { expect, it } from 'vitest';
import { withStops } from '../../src/cli/program.ts';

it('a stop that fails neither keeps the others from stopping nor hides the error of the work', async () => {
  const stopped: string[] = [];
  const work = withStops(async (atStop) => {
    atStop(async () => stopped.push('first'));
    atStop(() => Promise.reject(new Error('the stop')));
    atStop(() => {
      throw new Error('the stop, at once');
    });
    atStop(async () => stopped.push('last'));
    throw new Error('the work');
  });
  await expect(work).rejects.toThrow('the work');
  expect(stopped).toEqual(['last', 'first']);
});

it('a stop that fails changes nothing of a work that is done', async () => {
  await expect(
    withStops(async (atStop) => {
      atStop(() => Promise.reject(new Error('the stop')));
      return 'done';
    }),
  ).resolves.toBe('done');
});
