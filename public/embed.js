/*
 * Laurel's loader: all that runs in the shop's own page. Until the shopper shows intent it draws
 * one button and asks the network for nothing more.
 *
 * The build shortens it, and the server puts a JSON object in place of the identifier that
 * `config` is set to below:
 *   o     our origin             p  the programme         a  the origins that may embed it
 *   l     the launcher's label for each two-letter language, the default first
 *   c, t  the launcher's colour and its text's            k  its corner, "left" or "right"
 * Without `p`, the attribute `data-program` names the programme, and every origin may try.
 */
(() => {
  'use strict';

  const config = __LAUREL__,
    doc = document,
    html = doc.documentElement,
    // Tag managers and modules run us without a `currentScript`. Others have an `embed.js`, too.
    attrs = (doc.currentScript || doc.querySelector(`script[src^="${config.o}/embed.js"]`) || html)
      .dataset,
    queue = window.laurel?.q || [];

  const start = () => {
    const options = { theme: 'auto', ...attrs },
      labels = config.l,
      frames = new Set(),
      sheet = new CSSStyleSheet(),
      narrow = matchMedia('(max-width:480px)'),
      gone = new AbortController();

    let shopper, // who is signed in: a token, or a function that answers one
      held, // the promise of the token that was asked for last
      lead, // the one frame that reads the event stream
      opener, // where the focus goes back to
      watcher,
      shown = false,
      filled = false, // the panel fills the screen
      scrolling = 'hidden', // the other value of the page's `overflow`: swapped, so never lost
      serial = 0;

    // `gone` serves as the options: they are read for their `signal`, which it has.
    const listen = (holder, tag, hear) => holder.addEventListener(tag, hear, gone),
      make = (tag, values) => Object.assign(doc.createElement(tag), values),
      raise = (name, detail) => doc.dispatchEvent(new CustomEvent('laurel:' + name, { detail })),
      fail = message => {
        console.error('Laurel:', message);
        raise('error', { message });
      },
      // The server refuses other origins too, but no page can see why.
      allowed = () =>
        !config.a ||
        config.a.includes(location.origin) ||
        fail(`add ${location.origin} to the origins of the programme`),
      tongue = () =>
        [options.locale, html.lang, navigator.language]
          .map(tag => tag?.slice(0, 2))
          .find(tag => labels[tag]) || Object.keys(labels)[0],
      send = (frame, t, values) => frame?.port?.postMessage({ t, ...values }),
      // A frame that cannot listen yet is told when it can.
      dress = frame => {
        frame.late = !frame.port;
        send(frame, 'update', { locale: tongue(), theme: options.theme });
      };

    // ---- Who the shopper is ----

    const
      // Asks once and keeps the answer. When the shopper changed meanwhile, the answer is not theirs.
      ask = async () => {
        const before = shopper;
        held ||= (async () => (before?.call ? before() : before))().catch(fail);
        const token = await held;
        return before === shopper ? token || '' : ask();
      },

      tell = async (frame, next) => {
        const token = await ask();
        if (token !== next) send(frame, 'token', { token });
      },

      become = next => {
        // Frameworks repeat this on every render: the same token is no news.
        if (next && next === shopper) return;
        shopper = next;
        held = '';
        // No token equals 0: all are told, now or when they are ready.
        frames.forEach(frame => tell(frame, (frame.sent = 0)));
      };

    // ---- Frames ----

    const
      // A frame knows its `holder` (the element it is in), the `url` and the token its document was
      // asked with (`sent`), and its `port` once it is ready.
      load = async (holder, form, view) => {
        const frame = make('iframe', {
          holder,
          name: 'laurel' + serial++,
          title: labels[tongue()],
          allow: 'clipboard-write; web-share'
        });
        // Inline and important: nothing the shop says of frames comes before it.
        frame.style.cssText =
          'all:initial!important;position:absolute!important;width:100%!important;height:100%!important';
        holder.frame = frame;
        // A child in the light tree, since a form finds no frame in a shadow tree by its name.
        holder.append(frame);
        frames.add(frame);
        frame.sent = await ask();
        if (!frame.isConnected) return;

        // What the frame is about comes last: it takes the rest of its address along when it asks anew.
        const about = name => holder.getAttribute(name) || '';
        frame.url =
          `${config.o}/w/${config.p||attrs.program}?` +
          new URLSearchParams({
            form, view, locale: tongue(), theme: options.theme, host: location.origin,
            sku: about('sku'), price: about('price'), currency: about('currency'), order: about('order')
          });
        if (frame.sent) {
          // In a body, where no log or history keeps it.
          const inner = make('form', { method: 'post', action: frame.url, target: frame.name });
          inner.append(make('input', { name: 'token', value: frame.sent }));
          holder.append(inner);
          inner.submit();
          inner.remove();
        } else frame.src = frame.url;
        setTimeout(() => frame.port || (frame.isConnected && fail('no answer')), 1e4);
      },

      drop = holder => {
        const { frame } = holder;
        if (!frame) return;
        holder.frame = '';
        frames.delete(frame);
        frame.port?.close();
        frame.remove();
        if (lead === frame) send((lead = [...frames].find(other => other.port)), 'stream', { on: true });
      },

      near = new IntersectionObserver(
        values =>
          values.forEach(({ target, isIntersecting }) => {
            const view = target.getAttribute('view') || 'tasks';
            if (isIntersecting && !target.frame && allowed()) load(target, view, view);
          }),
        { rootMargin: '200px' }
      );

    // ---- Launcher and panel ----

    const pill = make('button', { ariaHasPopup: 'dialog' }),
      stage = make('div', { role: 'dialog' }),
      root = make('laurel-host'),
      inner = root.attachShadow({ mode: 'open' }),

      // A constructed sheet works where the shop's policy forbids inline styles. For the host element
      // the shop's rules would win, were ours not important. No `rem`: it is the shop's.
      draw = () => {
        const before = filled,
          side = options.position || config.k;
        filled = shown && narrow.matches;
        if (filled !== before) [html.style.overflow, scrolling] = [scrolling, html.style.overflow];
        sheet.replaceSync(`
:host{all:initial!important;position:fixed!important;${side}:env(safe-area-inset-${side})!important;bottom:env(safe-area-inset-bottom)!important;z-index:${options.zIndex||1e9}!important}
button,div{position:absolute;${side}:20px;bottom:20px;padding:14px 20px;border:1px solid #0000;border-radius:24px;background:${config.c};color:${config.t};font:600 15px system-ui;white-space:nowrap;box-shadow:0 2px 12px #0004}
div{padding:0;${filled?'position:fixed;inset:0;border:0;border-radius:0':'bottom:80px;width:400px;height:640px;max-height:calc(100dvh - 100px);overflow:hidden'}}`);
        pill.hidden = options.launcher === 'none';
        pill.textContent = stage.ariaLabel = labels[tongue()];
        pill.ariaExpanded = shown;
        stage.hidden = !shown;
        send(root.frame, 'full', { on: filled });
      },

      reveal = (view = '', trigger = doc.activeElement) => {
        if (!allowed()) return;
        // A frame that cannot listen yet is made anew; a second navigation would add to the history.
        if (view) root.frame?.port ? send(root.frame, 'show', { view }) : drop(root);
        if (!root.frame) load(root, 'panel', view);
        if (!shown) {
          opener = trigger;
          shown = true;
          draw();
          // Escape, and Android's Back.
          if (window.CloseWatcher) {
            watcher = new CloseWatcher();
            watcher.onclose = conceal;
          }
          raise('open');
        }
        root.frame.focus();
      },

      conceal = () => {
        if (!shown) return;
        const before = root.contains(doc.activeElement);
        shown = false;
        draw();
        watcher?.destroy();
        // Who went on with the page meanwhile is not called back.
        if (before) opener.focus();
        // A frame that is ready is kept, so that it comes back at once. Any other is tried anew.
        if (!root.frame.port) drop(root);
        raise('close');
      };

    pill.onclick = () => (shown ? conceal() : reveal('', pill));
    // Intent: the token is on its way before the click. (A finger is a pointer that enters, too.)
    pill.onpointerenter = pill.onfocus = ask;
    listen(narrow, 'change', draw);
    listen(doc, 'keydown', e => watcher || (e.key === 'Escape' && conceal()));
    listen(doc, 'click', e => {
      const trigger = e.target.closest?.('[data-laurel-open]');
      if (trigger) {
        e.preventDefault();
        reveal(trigger.dataset.laurelOpen, trigger);
      }
    });

    // The shop's `form-action` blocked the POST. We ask for the guest's document instead; the token
    // follows by the channel, as it is not what was sent.
    listen(doc, 'securitypolicyviolation', e =>
      frames.forEach(frame => {
        if (e.effectiveDirective === 'form-action' && frame.url && !frame.src && !frame.port) {
          frame.sent = '';
          frame.src = frame.url;
        }
      })
    );

    // The first word comes by `message`, from exactly our origin and our window; the rest by a
    // channel that nobody else in the page can hear. A frame that was reloaded gets a new one.
    listen(window, 'message', e =>
      frames.forEach(frame => {
        if (e.origin !== config.o || e.data !== 'laurel:ready' || e.source !== frame.contentWindow) return;
        const { port1, port2 } = new MessageChannel();
        frame.port = port1;
        port1.onmessage = ({ data: { t, view, name, data } }) => {
          if (t === 'close') conceal();
          if (t === 'out') become('');
          if (t === 'open') reveal(view, frame);
          if (t === 'event') raise(name, JSON.parse(data));
          if (t === 'changed') frames.forEach(other => other === frame || send(other, 'refresh'));
          if (t === 'token') {
            held = '';
            tell(frame);
          }
        };
        lead ||= frame;
        e.source.postMessage({ laurel: 1, stream: lead === frame }, config.o, [port2]);
        tell(frame, frame.sent);
        if (frame.late) dress(frame);
        draw();
        // It looks focused, but a document from another site came without the focus.
        if (doc.activeElement === frame) {
          frame.blur();
          frame.focus();
        }
      })
    );

    // ---- What the page may call; the last three are for this file alone ----

    const commands = {
      identify: become,
      logout: () => become(''),
      open: reveal,
      close: conceal,
      on: (name, hear) => listen(doc, 'laurel:' + name, hear),
      off: (name, hear) => doc.removeEventListener('laurel:' + name, hear),
      update(values) {
        Object.assign(options, values);
        draw();
        frames.forEach(dress);
      },
      destroy() {
        conceal();
        frames.forEach(frame => drop(frame.holder));
        near.disconnect();
        gone.abort();
        root.remove();
        Widget.live = null;
        // Calls wait for the next instance. A second `destroy` would end that one as it begins.
        const stub = (window.laurel = (...values) =>
          (stub.q[0] || values[0] !== 'destroy') && stub.q.push(values));
        stub.q = [];
      },
      // A script element may name the shopper. One that does not changes nothing: it may be a copy.
      adopt({ token, tokenUrl }) {
        if (token || tokenUrl) become(token || (async () => (await (await fetch(tokenUrl)).json()).token));
      },
      // The height is reserved at once and never changes by itself, so that nothing in the page
      // moves: what is longer scrolls inside, and the shop may give the element another height.
      enter(holder) {
        holder.style.cssText += `;display:block;position:relative;min-height:${{balance:340,earn:160}[holder.getAttribute('view')]||420}px`;
        near.observe(holder);
      },
      leave(holder) {
        near.unobserve(holder);
        drop(holder);
      },
    };

    inner.adoptedStyleSheets = [sheet];
    stage.append(make('slot'));
    inner.append(pill, stage);
    draw();
    // Beside `body`, not in it: Turbo and its like swap the body.
    html.append(root);
    setTimeout(raise, 0, 'ready');
    return (name, ...values) => commands[name]?.(...values);
  };

  // A class cannot be unregistered, so this one outlives `destroy` and knows the running instance,
  // `live`. Without one its elements do nothing; with a second script there is still one.
  const Widget =
    customElements.get('laurel-widget') ||
    class extends HTMLElement {
      connectedCallback() {
        Widget.live?.('enter', this);
      }
      disconnectedCallback() {
        Widget.live?.('leave', this);
      }
    };
  window.laurel = Widget.live ||= start();
  customElements.get('laurel-widget') || customElements.define('laurel-widget', Widget);
  doc.querySelectorAll('laurel-widget').forEach(holder => laurel('enter', holder));
  laurel('adopt', attrs);
  // `laurel` is looked up for each: after a `destroy`, the rest waits for the next instance.
  queue.forEach(values => window.laurel(...values));
})();
