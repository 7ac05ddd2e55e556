// The fields of the modal that is on top now, and what a person has put into them.
import type { Playground } from '../../src/playground/playground.ts';
import { type Dict, type StateValues, textOf, type View } from '../../src/playground/shapes.ts';
import { objectText } from '../../src/playground/workspace/blocks.ts';
import { isPlural, stateField, stateOf } from '../../src/playground/workspace/view-state.ts';
import { eventually } from './eventually.ts';
import { findField, findOption, labelsOf, type Target, type Words } from './slack-look.ts';

/** What to put into a field: words for texts and single choices, a list for plural ones, null to empty it. */
export type Filling = string | string[] | null;
export type Form = ReturnType<typeof createForm>;

export function createForm({ workspace, actions }: Playground, user: string) {
  let values: StateValues = {};
  /** Each view has its own values: a new modal starts empty, and an uncovered one still has its own. */
  const held = new Map<string, StateValues>();

  function view(): View {
    const top = workspace.views.top(user);
    if (top === null) throw new Error(`${user} has no modal open`);
    values = stateOf(top.blocks, held.get(top.id));
    held.set(top.id, values);
    return top;
  }

  const field = (label: Words): Promise<Target> =>
    eventually(
      () => `a field "${String(label)}" (there are: ${labelsOf(view().blocks).join(', ')})`,
      () => findField(view().blocks, label),
    );

  function put(target: Target, chosen: Dict): void {
    const row = values[target.blockId] ?? {};
    row[target.actionId] = { type: target.element.type, ...chosen };
    values[target.blockId] = row;
  }

  async function chosenFor(target: Target, filling: Filling): Promise<Dict> {
    const { element } = target;
    const name = stateField(element);
    if (filling === null) return { [name]: isPlural(element) ? [] : null };
    if (name === 'value' || /date|time/.test(name)) return { [name]: String(filling) };
    const found: unknown[] = [];
    for (const words of Array.isArray(filling) ? filling : [filling]) found.push(await choice(target, words));
    return { [name]: isPlural(element) ? found : found[0] };
  }

  async function choice(target: Target, words: string): Promise<unknown> {
    const type = textOf(target.element.type);
    if (/users/.test(type)) {
      const people = [...workspace.conversations.people.values()];
      return people.find((one) => one.realName === words)?.id ?? words;
    }
    if (/conversations|channels/.test(type)) return words;
    if (!type.includes('external')) {
      const found = findOption([{ ...target.block }], words);
      if (found === null) throw new Error(`no option "${words}" in "${textOf(target.element.action_id)}"`);
      return found.option;
    }
    const options = await suggestions(target, words);
    const exact = options.find((option) => objectText(option.text) === words || option.value === words);
    const only = exact ?? (options.length === 1 ? options[0] : undefined);
    const near = only ?? options.find((option) => objectText(option.text).includes(words));
    if (near === undefined)
      throw new Error(
        `no option for "${words}"; offered: ${options.map((one) => objectText(one.text)).join(' | ')}`,
      );
    return near;
  }

  /** What the app offers for the typed words. */
  async function suggestions(target: Target, typed: string): Promise<Dict[]> {
    const place = { view: view().id };
    const found = await actions.suggest({ user, place, element: target, typed, values });
    return found.options;
  }

  /** Acts on an element that is not part of the submission, or whose block has `dispatch_action`. */
  const act = (target: Target, chosen: Dict = {}) => {
    if (Object.keys(chosen).length > 0) put(target, chosen);
    return actions.act({ user, place: { view: view().id }, element: target, chosen, values });
  };

  function valuesNow(): StateValues {
    view();
    return values;
  }

  return { view, values: valuesNow, field, put, chosenFor, suggestions, act };
}
