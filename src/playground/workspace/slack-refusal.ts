import type { Dict } from '../shapes.ts';

/** An error that Slack answers with: `ok: false`, `code` as its `error`, and the fields of `extra`. */
export class SlackRefusal extends Error {
  readonly code: string;
  readonly extra: Dict;

  constructor(code: string, extra: Dict = {}) {
    super(code);
    this.name = 'SlackRefusal';
    this.code = code;
    this.extra = extra;
  }

  /** `invalid_arguments` with a message of Slack's. */
  static forArguments(message: string): SlackRefusal {
    return new SlackRefusal('invalid_arguments', {
      response_metadata: { messages: [`[ERROR] ${message}`] },
    });
  }

  /** Slack's messages about the problems, for the inspector. */
  get messages(): string[] {
    const metadata = this.extra.response_metadata as { messages?: string[] } | undefined;
    return metadata?.messages ?? [];
  }
}
