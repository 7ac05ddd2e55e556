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

  /** `invalid_arguments`, with Slack's word for what is wrong. */
  static forArguments(message: string): SlackRefusal {
    return new SlackRefusal('invalid_arguments', {
      response_metadata: { messages: [`[ERROR] ${message}`] },
    });
  }

  /** What Slack says about each fault, as the inspector shows it. */
  get messages(): string[] {
    const metadata = this.extra.response_metadata as { messages?: string[] } | undefined;
    return metadata?.messages ?? [];
  }
}
