import type { Dict } from '../shapes.ts';

/** What Slack answers instead of `ok: true`. `extra` goes into the answer beside `error`. */
export class SlackRefusal extends Error {
  readonly code: string;
  readonly extra: Dict;

  constructor(code: string, extra: Dict = {}) {
    super(code);
    this.name = 'SlackRefusal';
    this.code = code;
    this.extra = extra;
  }
}
