// Block Kit as lines that a person could read aloud: labels, hints, placeholders, choices, buttons and their questions.
import { type Block, type Dict, dictsOf, isDict, textOf, type View } from '../../src/playground/shapes.ts';
import { elementsOf, objectText, optionsOf } from '../../src/playground/workspace/blocks.ts';

export function readView({ payload, blocks, type }: View): string {
  if (type === 'home') return readBlocks(blocks);
  const ends = [payload.submit, payload.close].map(objectText).filter(Boolean);
  const title = objectText(payload.title);
  return [`= ${title} =`, readBlocks(blocks), ends.map((end) => `[${end}]`).join(' ')]
    .filter(Boolean)
    .join('\n');
}

export const readBlocks = (blocks: readonly Dict[]): string =>
  blocks.map(readBlock).filter(Boolean).join('\n');

function readBlock(block: Dict): string {
  const elements = elementsOf(block);
  switch (block.type) {
    case 'divider':
      return '—';
    case 'header':
      return `# ${objectText(block.text)}`;
    case 'context':
      return dictsOf(block.elements)
        .map((one) => textOf(one.text))
        .join(' ');
    case 'input':
      return readInput(block);
    default:
      return [
        objectText(block.text),
        ...dictsOf(block.fields).map((one) => textOf(one.text)),
        readElements(elements),
      ]
        .filter(Boolean)
        .join('\n');
  }
}

function readInput(block: Dict): string {
  const element = isDict(block.element) ? block.element : {};
  const placeholder = objectText(element.placeholder);
  const choices = optionsOf(element).map((option) => `( ) ${objectText(option.text)}`);
  const value = textOf(element.initial_value);
  return [
    `${objectText(block.label)}${block.optional ? ' (optional)' : ''}:${placeholder ? ` ‹${placeholder}›` : ''}`,
    ...(value ? value.split('\n').map((line) => `  | ${line}`) : []),
    ...choices.map((choice) => `  ${choice}`),
    ...(block.hint ? [`  ${objectText(block.hint)}`] : []),
  ].join('\n');
}

function readElements(elements: Dict[]): string {
  const shown = elements.map((element) =>
    element.type === 'button'
      ? `[${objectText(element.text)}]`
      : `[${[objectText(element.placeholder), ...optionsOf(element).map((one) => objectText(one.text))].filter(Boolean).join(' | ')} ▾]`,
  );
  const questions = elements.flatMap(({ confirm, text }) =>
    isDict(confirm)
      ? [
          `  ${objectText(text)} asks: ${[confirm.title, confirm.text].map(objectText).join(' ')} [${objectText(confirm.confirm)}] [${objectText(confirm.deny)}]`,
        ]
      : [],
  );
  return [...(shown.length > 0 ? [shown.join(' ')] : []), ...questions].join('\n');
}

/** What an element is called on the screen. */
export const elementName = (element: Dict, block: Block): string =>
  objectText(element.text) || objectText(block.label) || objectText(element.placeholder);
