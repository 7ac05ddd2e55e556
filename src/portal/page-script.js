// Runs in the browser, at the end of each page. Everything works without it.

/** In another language than English, the element has the texts. */
const words = JSON.parse(document.currentScript.dataset.words ?? '{}');
const say = (text, what = '') => (words[text] ?? text).replace('{what}', () => what);

/** Shows and hides what is typed into a password field. A form is sent with the field hidden, as password managers expect. */
function addPasswordToggle(input) {
  const button = addButton(input, say('Show'));
  const show = (isShown) => {
    input.type = isShown ? 'text' : 'password';
    button.textContent = say(isShown ? 'Hide' : 'Show');
    button.setAttribute('aria-label', say(isShown ? 'Hide password' : 'Show password'));
  };
  show(false);
  button.addEventListener('click', () => show(input.type === 'password'));
  input.form?.addEventListener('submit', () => show(false));
}

/** Copies a field or a line of code. Without permission for the clipboard it's marked, ready to be copied by hand. */
function addCopyButton(source) {
  const button = addButton(source, say('Copy'));
  const what = source.dataset.copy;
  const name = (verb) => {
    button.textContent = say(verb);
    button.setAttribute('aria-label', say(`${verb} {what}`, what));
  };
  name('Copy');
  const said = document.createElement('span');
  said.className = 'unseen';
  said.setAttribute('role', 'status');
  button.after(said);
  const mark = () => {
    if ('select' in source) source.select();
    else getSelection()?.selectAllChildren(source);
  };
  button.addEventListener('click', async () => {
    let isCopied = false;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      isCopied = true;
    } catch {
      mark();
      isCopied = document.execCommand('copy');
    }
    name(isCopied ? 'Copied' : 'Marked');
    said.textContent = say(isCopied ? 'Copied {what}' : 'Marked {what}. Copy it with your keyboard.', what);
    setTimeout(() => {
      name('Copy');
      said.textContent = '';
    }, 3_000);
  });
}

/** The button lies over the end of the field, so that nothing moves. */
function addButton(field, text) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'inside';
  button.textContent = text;
  field.parentElement.classList.add('with-button');
  field.after(button);
  return button;
}

/** How English spells days and hours; other languages need no region. */
const locale = document.documentElement.lang.replace(/^en$/, 'en-GB');

/** Adds the reader's own time to a time in UTC, with the day where it's another one. */
function addLocalTime(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime()) || at.getTimezoneOffset() === 0) return;
  const time = at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  const isSameDay = at.getDate() === at.getUTCDate();
  const day = isSameDay ? '' : `${at.toLocaleDateString(locale, { day: 'numeric', month: 'long' })} `;
  element.append(` (${say('{what} your time', `${day}${time}`)})`);
}

for (const form of document.querySelectorAll('form[data-goes-on]')) form.requestSubmit();
for (const input of document.querySelectorAll('input[type=password]')) addPasswordToggle(input);
for (const source of document.querySelectorAll('[data-copy]')) addCopyButton(source);
for (const time of document.querySelectorAll('time')) addLocalTime(time);
