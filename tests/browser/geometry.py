"""Where things stand on a page: what a person with large text, a small phone or only a keyboard
meets. Each check is a function of the page that returns what is wrong."""

# What is wider than the window; a logo that is squeezed: its mark keeps its shape; and whether
# coral marks one thing to do next.
FITS = """() => {
    const wrong = [], root = document.documentElement;
    if (root.scrollWidth > innerWidth) wrong.push(`${root.scrollWidth} px wide`);
    for (const brand of document.querySelectorAll('.brand')) {
        const box = brand.getBoundingClientRect(), mark = brand.querySelector('svg');
        const shown = mark.checkVisibility() && mark.getBoundingClientRect();
        const squeezed = shown && (shown.width < shown.height * .8 || shown.right > box.right + 1);
        if (shown ? squeezed : box.width < 40) wrong.push('the logo is squeezed');
    }
    const coral = [...document.querySelectorAll('main .btn-primary:not(.visually-hidden)')]
        .filter(button => button.checkVisibility()).map(button => button.textContent.trim());
    if (new Set(coral).size > 1) wrong.push(`coral says more than one thing: ${coral}`);
    return wrong }"""
# What Tab reaches, in its order. The next one stands below or beside, in a row to the right: in
# the page itself, because `reading-flow` is unknown to most browsers. A card shows the focus of its
# link or choice on itself.
KEYBOARD = """() => {
    const wrong = [], box = e => e.getBoundingClientRect();
    const name = e => (e.textContent.trim() || e.name || e.id || e.tagName).slice(0, 30);
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
        .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true})
            && !e.closest('.visually-hidden, .skip-link') && box(e).width > 1);
    if (document.querySelector('[tabindex]:not([tabindex="0"], [tabindex="-1"])'))
        wrong.push('a tabindex of its own');
    const back = (a, b) => {
        const [one, two] = [box(a), box(b)];
        const together = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
        const row = a.parentElement === b.parentElement
            && together > .5 * Math.min(one.height, two.height);
        return two.bottom <= one.top + 2 && two.left < one.right - 2
            || row && two.right <= one.left };
    for (let i = 1; i < all.length; i++)
        if (back(all[i - 1], all[i]))
            wrong.push(`Tab goes back from "${name(all[i - 1])}" to "${name(all[i])}"`);
    for (const e of all) {
        e.focus({preventScroll: true});
        const seen = node => {
            const style = getComputedStyle(node);
            return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 };
        const card = e.closest('.post-card, .post-row, .choice, .person, .face');
        if (!seen(e) && !(card && seen(card)))
            wrong.push(`focus on "${name(e)}" is not seen`);
    }
    document.activeElement.blur();
    return wrong }"""
