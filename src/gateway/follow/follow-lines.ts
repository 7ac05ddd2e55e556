// What travels between a process and the agent beside a gateway, beside the snapshot: lines of JSON. Never a key.
import type { GatewayChange, GatewayQuestion } from '../../domain/gateway-rows.ts';

export const FOLLOW_PATH = '/gateway/follow';
/** Of one request. */
export const MAX_FOLLOWED_IDS = 1_000;

/** `number` counts the lines of one stream from 1, so that a lost one is noticed. */
export type ChangeLine = { number: number } & ChangeEvent;
export type ChangeEvent =
  /** The process hears of every later commit. Where the agent sends its heartbeats. */
  | { listening: string }
  | { change: GatewayChange }
  | { question: GatewayQuestion }
  | { usage: GatewayQuestion }
  | { beat: string };

/** The lines of a stream of text, without their ends. Throws when one is too long to be ours. */
export async function* linesOf(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLength)
      throw Object.assign(new Error('a line is too long'), { code: 'line_too_long' });
    yield* lines;
  }
}
