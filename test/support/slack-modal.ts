// Drives the modal that is on top now: fills it, submits it, reads its errors.
import type { Playground } from '../../src/playground/playground.ts';
import { objectText } from '../../src/playground/workspace/blocks.ts';
import { isPlural, stateField } from '../../src/playground/workspace/view-state.ts';
import { eventually } from './eventually.ts';
import { createForm, type Filling, type Form } from './slack-form.ts';
import { buttonsOf, contains, findButton, findOption, labelsOf, readable, type Words } from './slack-look.ts';

export type ModalDriver = ReturnType<typeof createModal>;

export function createModal(playground: Playground, user: string) {
  const form = createForm(playground, user);
  return {
    view: form.view,
    title: (): string => objectText(form.view().payload.title),
    text: (): string => readable('', form.view().blocks),
    buttons: (): string[] => buttonsOf(form.view().blocks),
    labels: (): string[] => labelsOf(form.view().blocks),
    submitText: (): string => objectText(form.view().payload.submit),
    isOpen: (): boolean => playground.workspace.views.top(user) !== null,
    /** Waits until these words are in the modal on top. */
    sees: (words: Words): Promise<string> =>
      eventually(`"${String(words)}" in the modal`, () => {
        const top = playground.workspace.views.top(user);
        if (top === null) return null;
        const all = `${objectText(top.payload.title)}\n${readable('', top.blocks)}`;
        return contains(words, all) ? all : null;
      }),
    ...filling(form),
    ...ending(playground, user, form),
  };
}

function filling(form: Form) {
  return {
    /** A field's value, as Slack would send it now. */
    value: async (label: Words): Promise<unknown> => {
      const target = await form.field(label);
      return form.values()[target.blockId]?.[target.actionId]?.[stateField(target.element)] ?? null;
    },
    /** Label → what to put in. Waits for each field, because the view may still be loading. */
    async fill(fields: Record<string, Filling>): Promise<void> {
      for (const [label, words] of Object.entries(fields)) {
        const target = await form.field(label);
        const chosen = await form.chosenFor(target, words);
        form.put(target, chosen);
        if (target.block.type !== 'input') await form.act(target, chosen);
      }
    },
    async clicks(words: Words) {
      const target = await eventually(
        () =>
          `a button "${String(words)}" in the modal (there are: ${buttonsOf(form.view().blocks).join(', ')})`,
        () => findButton(form.view().blocks, words),
      );
      return form.act(target);
    },
    async chooses(words: Words, of?: Words) {
      const found = await eventually(`an option "${String(words)}"`, () =>
        findOption(form.view().blocks, words, of),
      );
      const name = stateField(found.target.element);
      const chosen = isPlural(found.target.element) ? [found.option] : found.option;
      return form.act(found.target, { [name === 'value' ? 'selected_option' : name]: chosen });
    },
    /** What a type-ahead offers for these words. */
    searches: async (label: Words, typed: string): Promise<string[]> =>
      (await form.suggestions(await form.field(label), typed)).map((option) => objectText(option.text)),
  };
}

function ending({ actions }: Playground, user: string, form: Form) {
  let errors: Record<string, string> = {};
  let trouble = '';
  return {
    /** Presses the submit button. Field errors are in `errors()` afterwards. */
    async submit(): Promise<void> {
      const top = form.view();
      const done = await actions.submitView({ user, view: top.id, values: form.values() });
      errors = {};
      for (const [blockId, words] of Object.entries(done.errors)) {
        const block = top.blocks.find((one) => one.block_id === blockId);
        errors[objectText(block?.label) || blockId] = words;
      }
      trouble = done.trouble;
    },
    /** Label of the field → what is wrong with it. */
    errors: (): Record<string, string> => errors,
    /** Slack's message when the app failed to answer. */
    trouble: (): string => trouble,
    cancel: async (): Promise<void> => actions.closeView({ user, view: form.view().id }),
    closeAll: async (): Promise<void> => actions.closeView({ user, view: form.view().id, isCleared: true }),
  };
}
