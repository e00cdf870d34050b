"""The ports AddressStore and ReputationStore in memory."""

from collections.abc import Collection
from dataclasses import dataclass

from kairos.domain.events import Millis
from kairos.domain.reputation import Hour
from kairos.domain.soft_bounces import day
from kairos.service.ports import ReputationRef
from tests.fakes import World


@dataclass
class FakeAddresses:
    world: World

    def owners(self, address: str, most: int) -> list[str]:
        return sorted(who for owned, who in self.world.owners if owned == address)[:most]

    def suppress(self, address: str, reason: str, time: Millis) -> bool:
        def work() -> bool:
            if self.world.released.get(address, -1) > time:
                return False
            self.world.suppressed.setdefault(address, (reason, time))
            return True

        return self.world.call(work)

    def release(self, address: str, time: Millis) -> Millis:
        def work() -> Millis:
            reason, since = self.world.suppressed.get(address, ("", -1))
            when, stopped = self.world.released.get(address, -1), since if reason == "stopped" else 0
            if since >= time or when >= time:
                return self.world.ended[address] if when == time else 0
            self.world.released[address], self.world.ended[address] = time, stopped
            self.world.suppressed.pop(address, None)
            return stopped

        return self.world.call(work)

    def soft_bounce(self, address: str, time: Millis) -> set[int]:
        def work() -> set[int]:
            self.world.soft.setdefault(address, set()).add(day(time))
            return set(self.world.soft[address])

        return self.world.call(work)

    def soft(self, addresses: Collection[str]) -> dict[str, set[int]]:
        return {address: set(days) for address in addresses if (days := self.world.soft.get(address))}

    def forgive(self, address: str, days: Collection[int]) -> None:
        self.world.call(lambda: self.world.soft[address].difference_update(days))


@dataclass
class FakeReputation:
    world: World

    def count(self, channel: str, hour: Hour, now: Millis) -> None:
        def work() -> None:
            self.world.hours.append((channel, hour))
            if hour.bounced or hour.complained:
                self.world.looks[channel, str(hour.hour)] = now

        self.world.call(work)

    def hours(self, channel: str, since: int) -> list[Hour]:
        return [hour for of, hour in self.world.hours if of == channel and hour.hour >= since]

    def looked(self, ref: ReputationRef) -> None:
        if ref.what != "paused" and self.world.looks.get((ref.channel, ref.what)) == ref.due:
            del self.world.looks[ref.channel, ref.what]

    def pause(self, channel: str, now: Millis) -> None:
        self.world.looks[channel, "paused"] = now

    def forget(self, channel: str) -> None:
        self.world.looks = {key: due for key, due in self.world.looks.items() if key[0] != channel}
        self.world.hours = [(of, hour) for of, hour in self.world.hours if of != channel]
