// One operator in Slack, who does one thing at a time and waits for its answer.
import type { KeyOutput } from './key-model.ts';
import type { Random } from './random.ts';
import type { Request, Shown, SlackStandIn } from './slack-stand-in.ts';

const POLL_MS = 5;
const AFTER_FAILURE_MS = 400;
const PATIENCE_MS = 15_000;
/** Slack itself delivers some requests twice. */
const TWICE = 0.05;

type Outcome = KeyOutput | 'nothing' | null;
export type Person = ReturnType<typeof createPerson>;

export function createPerson(slack: SlackStandIn, id: string, random: Random) {
  const copies = () => (random.chance(TWICE) ? 2 : 1);

  /** The answer that `fits`; null when the person was not told of a failure and saw no such answer for long. */
  async function answerTo(request: Request, fits: RegExp | null = null): Promise<Shown | null> {
    const until = performance.now() + PATIENCE_MS;
    while (request.ackedAt !== null && performance.now() < until) {
      const found = request.shown.find(({ text }) => !fits || fits.test(text));
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return null;
  }

  async function types(text: string): Promise<Request> {
    const request = await slack.command(id, text, copies());
    // A person whom Slack told of a failure takes a moment to type it again.
    if (request.ackedAt === null) await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE_MS));
    return request;
  }

  /** A button in what `request` was answered with. */
  async function buttonAfter(request: Request, action: string) {
    const shown = await answerTo(request, new RegExp(`"${action}"`));
    const found = shown && buttonIn(shown.content, action);
    return found ? { action_id: action, value: found } : null;
  }

  return {
    id,
    answerTo,
    types: async (verb: 'block' | 'activate', email: string): Promise<Outcome> =>
      outcomeOf(await answerTo(await types(`${verb} ${email}${verb === 'block' ? ' chaos' : ''}`))),
    command: types,
    click: (button: { action_id: string; value: string }) => slack.click(id, button, copies()),
    submit: (view: Record<string, unknown>, values: Record<string, string>) =>
      slack.submit(id, view, stateOf(values), copies()),
    buttonAfter,
    async clicksActivate(email: string): Promise<Outcome> {
      const button = await buttonAfter(await types(`show ${email}`), 'account-activate');
      if (!button) return 'nothing';
      return outcomeOf(await answerTo(await slack.click(id, button, copies())));
    },
    async blocksInModal(email: string): Promise<Outcome> {
      const button = await buttonAfter(await types(`show ${email}`), 'account-block');
      if (!button) return 'nothing';
      const view = viewIn(await answerTo(await slack.click(id, button), /"block"/));
      if (!view) return 'nothing';
      const values = stateOf({ reason: 'chaos', end: '', message: '' });
      return outcomeOf(await answerTo(await slack.submit(id, view, values, copies())));
    },
  };
}

const stateOf = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { [name]: { type: 'plain_text_input', value } }]),
  );

/** The modal that was opened. */
export function viewIn(shown: Shown | null): Record<string, unknown> | null {
  const view = shown?.content.view;
  return typeof view === 'object' && view !== null ? (view as Record<string, unknown>) : null;
}

function buttonIn(content: unknown, action: string): string | null {
  if (typeof content !== 'object' || content === null) return null;
  if ('action_id' in content && content.action_id === action && 'value' in content)
    return String(content.value);
  for (const inner of Object.values(content)) {
    const found = buttonIn(inner, action);
    if (found) return found;
  }
  return null;
}

/** What a block or an activation was answered with. */
function outcomeOf(shown: Shown | null): Outcome {
  if (!shown) return null;
  if (/Blocked: |Activated: /.test(shown.text)) return 'done';
  if (/already (activated|blocked) this account/.test(shown.text)) return 'already';
  // It changed since the button was drawn, so the operation did nothing and says nothing about the state.
  if (/nothing changed|nothing was done/i.test(shown.text)) return 'nothing';
  return null;
}
