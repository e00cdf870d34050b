"""The preference centre: shows what a customer gets, and notes what they choose."""

from collections.abc import Mapping
from typing import Any

from kairos.domain.definitions import Catalog
from kairos.domain.erasure import erasure
from kairos.domain.events import Consent, Event, Json, Millis, Ref
from kairos.domain.preferences import Change, Choices, Wish, after, changed, choices_of
from kairos.domain.state import Customer
from kairos.domain.state import Profile as Profile
from kairos.domain.tokens import Preferences
from kairos.service import trouble
from kairos.service.ports import CustomerStore
from kairos.service.visits import Reception, Response, Visit

SOURCE = "preferences"
"""Where these words of consent come from."""


class PreferenceCentre:
    """The token is the permission: a form that somebody else's site sends has none, so no cookie needs guarding."""

    def __init__(self, reception: Reception, customers: CustomerStore, catalog: Catalog) -> None:
        self._at, self._customers, self._catalog = reception, customers, catalog

    def show(self, token: str, visit: Visit) -> Response:
        """The page; changes nothing."""
        return self._at.opened(token, visit, (Preferences,), lambda found, now: self._show(found, now, visit))

    def change(self, token: str, visit: Visit) -> Response:
        """Notes what was chosen; answers only after that is committed, or queued if committing fails."""

        def act(found: Preferences, now: Millis) -> Response:
            match _one(visit.form, "do"):
                case "forget":
                    return self._at.page("forget", self._at.speaks(visit), preferences=f"../p/{token}")
                case "erase":
                    return self._forget(found, now, visit)
                case _:
                    return self._change(found, now, visit)

        return self._at.opened(token, visit, (Preferences,), act)

    def _show(self, found: Preferences, now: Millis, visit: Visit) -> Response:
        if (customer := self._customer(found.customer)) is None:
            return self._at.page("unavailable", self._at.speaks(visit))
        if _forgotten(customer):
            return self._at.page("forgotten", self._at.speaks(visit))
        choices = choices_of(customer, self._catalog, now)
        return self._page(choices, self._at.speaks(visit, choices.locale))

    def _change(self, found: Preferences, now: Millis, visit: Visit) -> Response:
        if (customer := self._customer(found.customer)) is None:
            return self._at.page("unavailable", self._at.speaks(visit))
        if _forgotten(customer):
            return self._at.page("forgotten", self._at.speaks(visit))
        policy, choices = self._catalog.policy, choices_of(customer, self._catalog, now)
        language = self._at.speaks(visit, choices.locale)
        change = changed(choices, self._wish(visit.form), customer.profile or Profile(), policy, now)
        if (event := self._event(found, change, language, now)) and (why := self._at.unheard(event)):
            return self._at.page(why, language)
        done = after(choices, change, policy, now)
        spoken = self._at.pages.language(done.locale, language) if done.locale != choices.locale else language
        asked = any(c.pending for c in done.topics if c.name in {granted.name for granted in change.granted})
        return self._page(done, spoken, saved=True, asked=asked)

    def _forget(self, found: Preferences, now: Millis, visit: Visit) -> Response:
        language = self._at.speaks(visit)
        return self._at.page(self._at.unheard(erasure(Ref(id=found.customer), now, SOURCE)) or "forgotten", language)

    def _page(self, choices: Choices, language: str, **more: Any) -> Response:
        return self._at.page("preferences", language, choices=choices, languages=self._at.pages.languages, **more)

    def _wish(self, form: Mapping[str, list[str]]) -> Wish:
        locale = _one(form, "locale")
        done = _one(form, "do") or "save"
        return Wish(
            on=form.get("on", ()),
            was=form.get("was"),
            preferred=_one(form, "preferred"),
            locale=locale if locale in self._at.pages.languages else None,
            pause={"pause": True, "resume": False}.get(done),
            none=done == "none",
        )

    def _event(self, found: Preferences, change: Change, language: str, now: Millis) -> Event | None:
        """All of it as one event, so that it is committed as a whole; None if nothing was changed."""
        consents = [
            Consent(
                choice.topic, choice.channel, state, now, source=SOURCE, proof="" if state == "granted" else found.message,
                wording=self._at.pages.wording("preferences", language, choice.topic, choice.channel) if state == "granted" else "",
            )
            for state, choices in (("granted", change.granted), ("withdrawn", change.withdrawn))
            for choice in choices
        ]  # fmt: skip
        if not consents and not change.attributes:
            return None
        said: Json = {"message_id": found.message}
        return Event(
            id=f"{found.message}.preferences.{now}", type="kairos.preferences", time=now, received=now, own=True,
            source="links", customer=Ref(id=found.customer), properties=said, consents=tuple(consents),
            attributes=change.attributes,
        )  # fmt: skip

    def _customer(self, who: str) -> Customer | None:
        """With the profile; of a device that was identified since, whose it is now. None if nobody answers."""
        try:
            found = self._customers.read((who,), profiles=(who,), consistent=True)[who]
            if found.state.moved:
                whose = found.state.moved
                found = self._customers.read((whose,), profiles=(whose,), consistent=True)[whose]
        except Exception as error:  # whatever it is, there is a page that says to try again
            trouble.note("preferences", error)
            return None
        return found


def _forgotten(customer: Customer) -> bool:
    """Whoever has such a page from before would choose for nobody."""
    return bool(customer.state.erased) and not customer.state.known


def _one(form: Mapping[str, list[str]], name: str) -> str | None:
    return form[name][0] if form.get(name) else None
