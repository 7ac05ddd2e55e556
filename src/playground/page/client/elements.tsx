// Block Kit's interactive elements.
import { type ReactNode, useId, useState } from 'react';
import { type Dict, dictsOf, isDict, textOf } from '../../shapes.ts';
import { isPlural, stateField } from '../../workspace/view-state.ts';
import { ConfirmDialog } from './confirm.tsx';
import { Menu } from './menu.tsx';
import { plain, Text } from './mrkdwn.tsx';
import { Combobox, type Found } from './select.tsx';

export type ElementProps = {
  element: Dict;
  /** What the element's field is called, for its accessible name. */
  label: string;
  value: Dict | undefined;
  isInvalid: boolean;
  describedBy?: string;
  /** The person changed the value; `isAct`: the app is to hear of it at once. */
  onChange: (chosen: Dict) => void;
  /** The person pressed it. */
  onAct: (chosen: Dict) => Promise<void>;
  suggest: (typed: string) => Promise<Found>;
  people: Dict[];
  channels: Dict[];
};

/** Runs `work` at once, or after the person said yes to the element's confirm dialog. */
function useConfirm(element: Dict): [ask: (work: () => void) => void, dialog: ReactNode] {
  const [work, setWork] = useState<(() => void) | null>(null);
  const ask = (then: () => void): void => {
    if (isDict(element.confirm)) setWork(() => then);
    else then();
  };
  const dialog =
    work !== null && isDict(element.confirm) ? (
      <ConfirmDialog
        confirm={element.confirm}
        onYes={() => {
          setWork(null);
          work();
        }}
        onNo={() => setWork(null)}
      />
    ) : null;
  return [ask, dialog];
}

export function Element(props: ElementProps): ReactNode {
  const type = textOf(props.element.type);
  if (type === 'button') return <Button {...props} />;
  if (type === 'overflow') return <Overflow {...props} />;
  if (type === 'image')
    return (
      <img className="accessory" src={textOf(props.element.image_url)} alt={textOf(props.element.alt_text)} />
    );
  if (type === 'checkboxes' || type === 'radio_buttons') return <Choices {...props} />;
  if (type.endsWith('_select')) return <Select {...props} />;
  return <TextField {...props} />;
}

function Button({ element, onAct }: ElementProps): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const [ask, dialog] = useConfirm(element);
  const url = textOf(element.url);
  const press = async (): Promise<void> => {
    if (url !== '') window.open(url, '_blank', 'noopener');
    setBusy(true);
    await onAct({}).finally(() => setBusy(false));
  };
  return (
    <>
      <button
        type="button"
        className={`button ${textOf(element.style)}`}
        aria-label={textOf(element.accessibility_label) || undefined}
        aria-busy={isBusy}
        onClick={() => ask(() => void press())}
      >
        {plain(element.text)}
      </button>
      {dialog}
    </>
  );
}

function Overflow({ element, label, onAct }: ElementProps): ReactNode {
  const [ask, dialog] = useConfirm(element);
  return (
    <>
      <Menu
        label={label === '' ? 'More actions' : `More actions: ${label}`}
        face="⋯"
        items={dictsOf(element.options).map((option) => ({
          key: textOf(option.value),
          words: plain(option.text),
          onChoose: () => {
            if (textOf(option.url) !== '') window.open(textOf(option.url), '_blank', 'noopener');
            ask(() => void onAct({ selected_option: option }));
          },
        }))}
      />
      {dialog}
    </>
  );
}

function Choices({ element, label, value, isInvalid, describedBy, onChange }: ElementProps): ReactNode {
  const group = useId();
  const [ask, dialog] = useConfirm(element);
  const isMany = element.type === 'checkboxes';
  const chosen = isMany ? dictsOf(value?.selected_options) : [value?.selected_option].filter(isDict);
  const has = (option: Dict): boolean => chosen.some((one) => one.value === option.value);
  const toggle = (option: Dict): void => {
    const left = has(option) ? chosen.filter((one) => one.value !== option.value) : [...chosen, option];
    onChange(isMany ? { selected_options: left } : { selected_option: option });
  };
  return (
    <fieldset aria-describedby={describedBy} className="choices">
      <legend className="visually-hidden">{label}</legend>
      {dictsOf(element.options).map((option) => (
        <label key={textOf(option.value)}>
          <input
            type={isMany ? 'checkbox' : 'radio'}
            name={group}
            checked={has(option)}
            aria-invalid={isInvalid || undefined}
            onChange={() => ask(() => toggle(option))}
          />
          <span>
            <Text value={option.text} />
            {option.description !== undefined && (
              <small>
                <Text value={option.description} />
              </small>
            )}
          </span>
        </label>
      ))}
      {dialog}
    </fieldset>
  );
}

function Select(props: ElementProps): ReactNode {
  const { element, label, value, isInvalid, describedBy, onChange } = props;
  const [ask, dialog] = useConfirm(element);
  const type = textOf(element.type);
  const isMany = isPlural(element);
  const field = stateField(element);
  const byId = type.includes('users')
    ? props.people
    : /conversations|channels/.test(type)
      ? props.channels
      : null;
  const current = isMany
    ? Array.isArray(value?.[field])
      ? (value[field] as unknown[])
      : []
    : [value?.[field]];
  const chosen = current.flatMap((one) => {
    if (isDict(one)) return [one];
    return byId?.filter((option) => option.value === one) ?? [];
  });
  const choose = (options: Dict[]): void => {
    const picked = byId === null ? options : options.map((option) => option.value);
    ask(() => onChange({ [field]: isMany ? picked : (picked[0] ?? null) }));
  };
  return (
    <>
      <Combobox
        label={label || plain(element.placeholder) || 'Choose'}
        placeholder={plain(element.placeholder) || 'Choose an option'}
        found={{ options: byId ?? dictsOf(element.options), groups: dictsOf(element.option_groups) }}
        ask={type.includes('external') ? props.suggest : null}
        min={typeof element.min_query_length === 'number' ? element.min_query_length : 3}
        chosen={chosen}
        isPlural={isMany}
        isInvalid={isInvalid}
        hasFocus={element.focus_on_load === true}
        {...(describedBy && { describedBy })}
        onChoose={choose}
      />
      {dialog}
    </>
  );
}

const KINDS: Record<string, string> = {
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
};

function TextField({ element, label, value, isInvalid, describedBy, onChange }: ElementProps): ReactNode {
  const field = stateField(element);
  const shared = {
    'aria-label': label || plain(element.placeholder),
    'aria-invalid': isInvalid || undefined,
    'aria-describedby': describedBy,
    'data-focus': element.focus_on_load === true ? '' : undefined,
    placeholder: plain(element.placeholder),
    value: textOf(value?.[field]),
    maxLength: typeof element.max_length === 'number' ? element.max_length : undefined,
  };
  const change = (text: string): void => onChange({ [field]: text === '' ? null : text });
  if (element.type === 'plain_text_input' && element.multiline === true)
    return <textarea {...shared} rows={5} onChange={(event) => change(event.target.value)} />;
  return (
    <input
      {...shared}
      type={KINDS[textOf(element.type)] ?? 'text'}
      autoComplete="off"
      onChange={(event) => change(event.target.value)}
    />
  );
}
