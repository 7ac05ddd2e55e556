// A template's XHTML as a tree of the elements that may be in it. Every other element and attribute is refused, by its line.
import { SaxesParser } from 'saxes';
import { rejectTemplate } from './reject-template.ts';

export type XmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  line: number;
  children: XmlNode[];
};
export type XmlNode = XmlElement | string;

/** A template of Azure API Management has 1,000 to 2,000. */
export const MAX_XHTML_LENGTH = 30_000;
/** Tables within tables within tables. */
const MAX_ELEMENT_DEPTH = 40;

/** How a mail looks is ours to say: what else would say it may be there, and is left alone. */
const LAYOUT = [
  ...[
    'style',
    'class',
    'id',
    'title',
    'lang',
    'xml:lang',
    'dir',
    'role',
    'align',
    'valign',
    'width',
    'height',
  ],
  ...['bgcolor', 'color', 'face', 'size', 'border', 'cellpadding', 'cellspacing', 'colspan', 'rowspan'],
];
/** Elements, and what they have beside the layout. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  ...{ html: ['xmlns'], head: [], title: [], meta: ['charset', 'name', 'content', 'http-equiv'], body: [] },
  ...{ div: [], center: [], table: [], thead: [], tbody: [], tfoot: [], tr: [], td: [], th: [] },
  ...{ p: [], h1: [], h2: [], h3: [], h4: [], h5: [], h6: [], blockquote: [], pre: [], hr: [] },
  ...{ ul: [], ol: ['start', 'type'], li: [] },
  ...{ a: ['href', 'target', 'rel'], br: [], strong: [], b: [], em: [], i: [], del: [], s: [], code: [] },
  ...{ span: [], font: [], u: [], small: [] },
};

/**
 * Reads XML with one element at its top. Names compare without case. Comments are left out.
 * Errors: `template_invalid` for `body`, naming the line: not well-formed, an entity beyond XML's own five and numbers, a
 * document type other than `<!DOCTYPE html>`, a processing instruction, an element or attribute that mails don't have,
 * more than 30,000 characters or 40 elements deep.
 */
export function readXml(source: string): XmlElement {
  if (source.length > MAX_XHTML_LENGTH)
    rejectTemplate('body', `The text is longer than ${MAX_XHTML_LENGTH} characters.`);
  const parser = new SaxesParser();
  const top: XmlElement = { name: '', attributes: {}, line: 1, children: [] };
  const open = [top];
  let line = 1;
  const add = (node: XmlNode) => void open.at(-1)?.children.push(node);
  parser.on('error', ({ message }) => rejectTemplate('body', explainXmlError(message, parser.line)));
  parser.on('doctype', (type) => {
    // Azure's templates begin with it. Whatever else it could say, such as an entity of its own, is not read.
    if (!/^\s*html\s*$/i.test(type))
      rejectTemplate(
        'body',
        `Line ${parser.line} has a document type: <!DOCTYPE html> is the only one that may be there.`,
      );
  });
  parser.on('processinginstruction', ({ target }) =>
    rejectTemplate('body', `Line ${parser.line} has <?${target.slice(0, 40)}, which no mail needs.`),
  );
  parser.on('opentagstart', () => {
    line = parser.line;
  });
  parser.on('opentag', (tag) => {
    if (open.length > MAX_ELEMENT_DEPTH)
      rejectTemplate('body', `Line ${line}: the text is nested too deeply.`);
    const element = { name: tag.name.toLowerCase(), attributes: lowered(tag.attributes), line, children: [] };
    requireKnown(element);
    add(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(source).close();
  const [root] = top.children.filter((node) => typeof node !== 'string');
  if (!root) return rejectTemplate('body', 'There is no element in it.');
  return root;
}

const lowered = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]));

function requireKnown({ name, attributes, line }: XmlElement): void {
  const own = Object.hasOwn(ELEMENTS, name) ? ELEMENTS[name] : undefined;
  const shown = name.slice(0, 40);
  if (name === 'img')
    rejectTemplate(
      'body',
      `Line ${line} has <img>. Mails carry no images: they load from elsewhere and tell who reads.`,
    );
  if (!own)
    rejectTemplate('body', `Line ${line} has <${shown}>. Mails have ${Object.keys(ELEMENTS).join(', ')}.`);
  const other = Object.keys(attributes).find((one) => !own.includes(one) && !LAYOUT.includes(one));
  if (other !== undefined)
    rejectTemplate(
      'body',
      `Line ${line} has the attribute ${other.slice(0, 40)} at <${shown}>, which mails don’t have.`,
    );
}

/** The parser begins with line and column. */
function explainXmlError(message: string, line: number): string {
  const said = message
    .replace(/^\d+:\d+: /, '')
    .replace(/\.$/, '')
    .slice(0, 120);
  if (said === 'undefined entity')
    return `Line ${line} has an entity that XML doesn’t know. Instead of &nbsp; and its like write a number: &#160;.`;
  return `Line ${line} is not well-formed XML: ${said}.`;
}
