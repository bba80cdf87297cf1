/** What a visitor does to the charts, one after another while points arrive: what a scene leaves, the next one finds. */

const LIVE_SECONDS = 5;
const SETTLE_MS = 1200;
const RUN = 'lr 0 · seed 1';

/**
 * What is to be pressed is looked for in `before`, which is not measured: the search by role runs in the page. `act` gets what it found, and only
 * moves the mouse, presses keys or changes a field. `settle`: milliseconds until everything is drawn that it set off.
 * @typedef {{ kind: string, what: string, settle: number, act: (found: any) => unknown, before?: () => unknown, after?: () => unknown }} Scene
 * @param {import('playwright').Page} page
 * @returns {Promise<Scene[]>}
 */
export async function scenesOf(page) {
  const box = await page.locator('[data-chart="Loss"]').boundingBox();
  const wait = (ms) => page.waitForTimeout(ms);
  const button = (name) => page.getByRole('button', { name, exact: true }).first();
  const placeOf = async (locator) => {
    await locator.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await locator.boundingBox();
    return [x + width / 2, y + height / 2];
  };
  const press = ([x, y]) => page.mouse.click(x, y);
  const away = () => page.mouse.move(2, 2);
  const shut = () => page.keyboard.press('Escape');
  /** As a visitor's choice reaches React. */
  const choose = (value) => (field) =>
    field.evaluate((element, chosen) => {
      const { prototype } = element.constructor;
      Object.getOwnPropertyDescriptor(prototype, 'value').set.call(element, chosen);
      element.dispatchEvent(new Event(element.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
    }, String(value));
  const sweep = async () => {
    for (let i = 0; i < 40; i++) {
      await page.mouse.move(box.x + 80 + i * 12, box.y + 60 + (i % 9) * 12);
      await wait(30);
    }
    await away();
  };
  const drag = async (x0, y0, x1, y1) => {
    await page.mouse.move(box.x + x0, box.y + y0);
    await page.mouse.down();
    await page.mouse.move(box.x + x1, box.y + y1, { steps: 4 });
    await page.mouse.up();
    await away();
  };
  const keys = async (...all) => {
    for (const key of all) {
      await page.keyboard.press(key);
      await wait(150);
    }
  };

  const scene = (kind, what, act, { before, after } = {}) => ({ kind, what, before, act, after, settle: SETTLE_MS });
  const live = (what) => ({ kind: 'live', what: `${LIVE_SECONDS} s live, ${what}`, act: () => undefined, settle: 1000 * LIVE_SECONDS });
  const clicked = (kind, what, name) => scene(kind, what, press, { before: () => placeOf(button(name)) });
  /** A field of the first panel. */
  const slider = page.getByRole('slider', { name: 'smoothing', exact: true });
  const smoothing = (what, values, kind = 'smoothing') =>
    scene(
      kind,
      what,
      async (field) => {
        for (const value of values) {
          await choose(value)(field);
          await wait(60);
        }
      },
      { before: () => slider.elementHandle() },
    );
  const axis = (value) =>
    scene('axes', `by ${value}`, choose(value), { before: () => page.getByLabel('Horizontal axis', { exact: true }).elementHandle() });
  const third = (name) => scene('third chart', name, press, { before: () => placeOf(page.getByRole('tab', { name })) });
  /** In the chart options, which are opened before and shut behind. */
  const opened = async (find) => {
    await button('Chart options').click();
    return find();
  };
  const option = (kind, what, label, value) =>
    scene(kind, what, choose(value), { before: () => opened(() => page.getByLabel(label).elementHandle()), after: shut });
  const pressed = (kind, what, find) => scene(kind, what, press, { before: () => opened(() => placeOf(find())), after: shut });
  const logX = (kind, what) => pressed(kind, what, () => page.getByLabel('Logarithmic horizontal axis'));
  const inMenu = (kind, what, menu, item, after) =>
    scene(kind, what, press, {
      before: async () => {
        await button(menu).click();
        return placeOf(button(item));
      },
      after,
    });
  const chart = page.locator('[data-chart="Loss"] [data-keys]');
  const byKeys = (what, ...all) => scene('zoom', what, () => keys(...all), { before: () => chart.focus() });
  const mean = page.locator('section[aria-label="Loss"]').getByRole('button', { name: 'mean of 4' }).nth(2);

  return [
    live('a line a run'),
    scene('pointer', 'over the curves', sweep),
    smoothing('from 0.60 to 0.95', [0.95]),
    smoothing('dragged through eight values', [0.9, 0.8, 0.7, 0.65, 0.5, 0.4, 0.3, 0.2]),
    smoothing('back to 0.60', [0.6]),
    scene('zoom', 'into a quarter', () => drag(300, 90, 480, 90)),
    byKeys('in and along by keys', '+', '+', 'Shift+ArrowRight', 'Shift+ArrowLeft'),
    byKeys('all again, by Escape', 'Escape'),
    byKeys('up and down', 'PageUp', 'PageUp'),
    scene('zoom', 'all again, by a double click', () => page.mouse.dblclick(box.x + 300, box.y + 90).then(away)),
    clicked('axes', 'a linear vertical axis', 'log'),
    clicked('axes', 'a logarithmic vertical axis', 'log'),
    clicked('axes', 'accuracy from 0', 'fit'),
    clicked('axes', 'accuracy where the curves are', 'fit'),
    ...['epoch', 'time', 'samples', 'step'].map(axis),
    scene('axes', 'the chart options opened', press, { before: () => placeOf(button('Chart options')), after: shut }),
    logX('axes', 'a logarithmic horizontal axis'),
    live('a logarithmic horizontal axis'),
    logX('axes', 'a linear horizontal axis'),
    option('range', 'every point', 'Vertical range', 'all'),
    option('range', '2nd to 98th percentile', 'Vertical range', 'inliers'),
    option('range', 'what is worth seeing', 'Vertical range', 'auto'),
    ...['Gradient norm', 'Update ratio', 'Learning rate'].map(third),
    clicked('runs', 'one hidden', `Hide ${RUN}`),
    clicked('runs', 'and shown', `Show ${RUN}`),
    inMenu('runs', 'one alone', `More for ${RUN}`, 'Solo'),
    inMenu('runs', 'and the others too', `More for ${RUN}`, 'Show the others too'),
    inMenu('runs', 'another colour', `More for ${RUN}`, 'violet'),
    option('groups', 'by everything but the seed', 'Group by', 'seeds'),
    live('8 means with bands'),
    scene('pointer', 'over the means', sweep),
    smoothing('of means to 0.95', [0.95], 'groups'),
    scene('groups', 'a mean that stands out', ([x, y]) => page.mouse.move(x, y), { before: () => placeOf(mean), after: away }),
    logX('groups', 'a logarithmic horizontal axis under means'),
    logX('groups', 'a linear one'),
    option('groups', 'by the seed', 'Group by', 'seed'),
    option('groups', 'a line a run again', 'Group by', 'none'),
    ...['dark', 'light'].map((colorScheme) => scene('theme', colorScheme, () => page.emulateMedia({ colorScheme }))),
    ...[1024, 390, 1440].map((width) => scene('window', `${width} pixels wide`, () => page.setViewportSize({ width, height: 900 }))),
    inMenu('table, earlier races', 'the values as a table', 'Loss chart menu', 'Values as a table', async () => {
      await page.getByRole('dialog', { name: 'Curves as a table' }).waitFor();
      await shut();
    }),
    pressed('table, earlier races', 'these curves kept', () => page.getByRole('button', { name: 'Keep these curves' })),
    logX('table, earlier races', 'a logarithmic horizontal axis before them'),
  ];
}
