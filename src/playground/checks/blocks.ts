// Block Kit's blocks: which fields each has, their limits, and where they may stand.

import { type Dict, dictsOf, isDict } from '../shapes.ts';
import { elementsOf } from '../workspace/blocks.ts';
import { checkActionIds, checkElement, checkImage, PLACES } from './elements.ts';
import {
  checkFields,
  checkOptionalString,
  checkString,
  checkText,
  MARKUP,
  MAX_ID_LENGTH,
  type Report,
} from './objects.ts';

export type Surface = 'message' | 'modal' | 'home';
const MAX_BLOCKS: Record<Surface, number> = { message: 50, modal: 100, home: 100 };
const EVERYWHERE: readonly Surface[] = ['message', 'modal', 'home'];

type BlockRule = {
  fields: readonly string[];
  on?: readonly Surface[];
  check: (report: Report, at: string, block: Dict) => void;
};

function checkArray(report: Report, at: string, value: unknown, max: number): value is unknown[] {
  if (!Array.isArray(value)) {
    report(at, 'missing required field');
    return false;
  }
  if (value.length < 1) report(at, 'no fewer than 1 items allowed');
  if (value.length > max) report(at, `no more than ${max} items allowed`);
  return true;
}

function checkSection(report: Report, at: string, block: Dict): void {
  if (block.text === undefined && block.fields === undefined) report(at, 'either text or fields is required');
  if (block.text !== undefined) checkText(report, `${at}/text`, block.text, 3_000, MARKUP);
  if (block.fields !== undefined && checkArray(report, `${at}/fields`, block.fields, 10))
    for (const [i, field] of block.fields.entries())
      checkText(report, `${at}/fields/${i}`, field, 2_000, MARKUP);
  if (block.accessory !== undefined) checkElement(report, `${at}/accessory`, block.accessory, PLACES.section);
}

function checkActions(report: Report, at: string, block: Dict): void {
  if (!checkArray(report, `${at}/elements`, block.elements, 25)) return;
  for (const [i, element] of block.elements.entries())
    checkElement(report, `${at}/elements/${i}`, element, PLACES.actions);
  checkActionIds(report, `${at}/elements`, block.elements);
}

function checkContext(report: Report, at: string, block: Dict): void {
  if (!checkArray(report, `${at}/elements`, block.elements, 10)) return;
  for (const [i, element] of block.elements.entries()) {
    if (isDict(element) && element.type === 'image')
      checkElement(report, `${at}/elements/${i}`, element, ['image']);
    else checkText(report, `${at}/elements/${i}`, element, 3_000, MARKUP);
  }
}

function checkInput(report: Report, at: string, block: Dict): void {
  checkText(report, `${at}/label`, block.label, 2_000);
  if (block.hint !== undefined) checkText(report, `${at}/hint`, block.hint, 2_000);
  for (const name of ['optional', 'dispatch_action'])
    if (block[name] !== undefined && typeof block[name] !== 'boolean')
      report(`${at}/${name}`, 'must be a boolean');
  checkElement(report, `${at}/element`, block.element, PLACES.input);
}

const BLOCKS: Record<string, BlockRule> = {
  section: { fields: ['text', 'fields', 'accessory', 'expand'], check: checkSection },
  header: {
    fields: ['text'],
    check: (report, at, block) => checkText(report, `${at}/text`, block.text, 150),
  },
  divider: { fields: [], check: () => {} },
  context: { fields: ['elements'], check: checkContext },
  actions: { fields: ['elements'], check: checkActions },
  input: { fields: ['label', 'element', 'hint', 'optional', 'dispatch_action'], check: checkInput },
  image: {
    fields: ['image_url', 'alt_text', 'title', 'slack_file'],
    check(report, at, block) {
      checkImage(report, at, block);
      if (block.title !== undefined) checkText(report, `${at}/title`, block.title, 2_000);
    },
  },
  markdown: {
    fields: ['text'],
    on: ['message'],
    check: (report, at, block) => checkString(report, `${at}/text`, block.text, 12_000),
  },
  rich_text: {
    fields: ['elements'],
    check: (report, at, block) => void checkArray(report, `${at}/elements`, block.elements, 100),
  },
};

export function checkBlocks(report: Report, value: unknown, surface: Surface): void {
  if (!Array.isArray(value)) {
    report('/blocks', 'must be an array');
    return;
  }
  if (value.length > MAX_BLOCKS[surface])
    report('/blocks', `no more than ${MAX_BLOCKS[surface]} items allowed`);
  const names = new Set<unknown>();
  for (const [i, block] of value.entries()) {
    const at = `/blocks/${i}`;
    if (!isDict(block)) {
      report(at, 'must be an object');
      continue;
    }
    checkBlock(report, at, block, surface);
    if (block.block_id !== undefined && names.has(block.block_id))
      report(`${at}/block_id`, `\`block_id\` already exists: ${String(block.block_id)}`);
    names.add(block.block_id);
  }
  const focused = dictsOf(value)
    .flatMap(elementsOf)
    .filter((element) => element.focus_on_load === true);
  if (focused.length > 1) report('/blocks', 'only one element may have focus_on_load');
}

function checkBlock(report: Report, at: string, block: Dict, surface: Surface): void {
  const type = String(block.type);
  const rule = Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined;
  if (rule === undefined || !(rule.on ?? EVERYWHERE).includes(surface)) {
    report(at, `unsupported type: ${type}`);
    return;
  }
  checkFields(report, at, block, ['type', 'block_id', ...rule.fields]);
  checkOptionalString(report, `${at}/block_id`, block.block_id, MAX_ID_LENGTH);
  rule.check(report, at, block);
}
