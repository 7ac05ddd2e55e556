import type { ModalView } from '@slack/types';
import type { previewAzureMode } from '../../operations/azure/preview-mode.ts';
import { counted, type MirrorMode, MODES } from '../present/azure-words.ts';
import { choiceInput, modal, section, textInput } from '../present/blocks.ts';

type Preview = NonNullable<Awaited<ReturnType<typeof previewAzureMode>>>;

/** Says what each mode does, and how much would be written at once. `isApprovalNeeded`: by a second operator, going up. */
export function mirrorModeModal(preview: Preview, isApprovalNeeded: boolean): ModalView {
  const { mode, isCompared, writes } = preview;
  if (!isCompared)
    return modal({
      callback: 'done',
      title: 'Change the mode',
      blocks: [
        section(
          "The first comparison with Azure hasn't ended, so it can't be said yet what would be written. Until then the mode stays *watch*.",
        ),
      ],
    });
  const modes = Object.entries(MODES) as [MirrorMode, string][];
  const others = modes.filter(([name]) => name !== mode);
  return modal({
    callback: 'azure-mode',
    title: 'Change the mode',
    submit: 'Change the mode',
    metadata: { from: mode, writes },
    blocks: [
      section(modes.map(([name, text]) => `*${name}*${name === mode ? ' (now)' : ''}: ${text}`).join('\n')),
      ...(mode !== 'full' ? [section(writesText(preview))] : []),
      choiceInput(
        'mode',
        'Mode',
        others.map(([name]) => ({ value: name, text: name })),
      ),
      textInput('reason', 'Reason', { optional: true, maxLength: 500, hint: 'For operators only.' }),
      ...(isApprovalNeeded
        ? [section('A second operator has to approve a mode that writes. Nothing changes until then.')]
        : []),
    ],
  });
}

/** What a mode that writes begins with: only we have it, or only we changed it. */
function writesText({ mode, writes }: Preview): string {
  const begins = (name: 'add' | 'full') => {
    const count = writes[name];
    const what =
      count === 0 ? 'nothing to write' : `${counted(count, 'thing')} to write, added or changed here`;
    return `*${name}* begins with ${what}.`;
  };
  return [...(mode === 'watch' ? [begins('add')] : []), begins('full')].join('\n');
}
