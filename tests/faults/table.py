"""Every fault that is practised, what comes of it, and the test that shows it; docs/reliability.md prints this table."""

from typing import Final, NamedTuple


class Fault(NamedTuple):
    """A row: what goes wrong, what a user sees of it, and where it is shown."""

    name: str
    outcome: str
    tests: tuple[str, ...]


def _row(name: str, outcome: str, *tests: str) -> Fault:
    return Fault(name, outcome, tests)


FAULTS: Final = (
    # What is heard
    _row("duplicate × N", "one entry, one message, counted once", "test_an_event_told_twenty_times_by_two_ways_is_one_event"),
    _row("same id with another body", "the first that is decided stands; refused as `duplicate`",
         "test_the_same_id_with_another_body_is_not_a_second_event"),
    _row("reordered", "the same state, the same silence, in all 24 orders", "test_events_in_any_order_come_out_the_same"),
    _row("late", "counts, and still ends what it ends; enters nothing that has expired",
         "test_a_late_event_counts_and_enters_nothing_that_has_expired"),
    _row("future time", "beyond five minutes it becomes the time of receipt",
         "test_an_event_from_the_future_happened_when_it_was_received"),
    _row("clock ± 10 min", "a sender's clock is taken as told within five minutes ahead; workers' clocks may differ by ten",
         "test_a_sender_whose_clock_is_ten_minutes_off_is_served", "test_no_promise_is_broken"),
    _row("poison message", "put aside with its reason and its body, or a dead letter after ten tries; its neighbours are served",
         "test_a_poison_message_is_put_aside_with_its_reason_and_holds_up_nobody",
         "test_a_state_that_cannot_be_read_is_a_dead_letter_and_its_neighbours_are_served"),
    _row("1 MiB + 1 body", "413; the same body one byte shorter is taken",
         "test_a_body_of_a_mebibyte_is_taken_and_one_byte_more_is_not"),
    _row("hostile JSON", "400 with a reason; nothing reaches a queue",
         "test_hostile_json_is_refused_with_a_reason_and_reaches_no_queue"),
    # What AWS does
    _row("throttling of every service", "everything goes out once, later; HTTP senders are asked to come again",
         "test_throttled_anywhere_everything_goes_out_once_and_nothing_is_lost",
         "test_what_a_life_asks_of_aws_is_listed", "test_an_answer_means"),
    _row("ambiguous write", "whether it happened or not, it happens once",
         "test_a_write_of_which_nobody_knows_whether_it_happened_happens_once"),
    _row("partial batches", "only what failed comes again; what a queue did not take is tried again, or named",
         "test_of_a_batch_only_what_failed_comes_again", "test_only_what_failed_is_tried_again",
         "test_more_consequences_in_one_batch_than_a_transaction_holds_go_into_several_commits"),
    _row("Lambda timeout mid-batch", "the next worker ends it; only between claim and provider a marketing message is given up",
         "test_a_worker_that_times_out_within_a_batch_is_followed_by_one_that_ends_it"),
    _row("visibility expiry mid-run", "two workers have one batch, and it is done once",
         "test_a_batch_that_becomes_visible_again_while_it_is_worked_on_is_done_once"),
    _row("DLQ redriven after 13 days", "facts count; what has expired says so and is not sent",
         "test_a_dead_letter_that_is_redriven_after_thirteen_days_counts_and_sends_nothing_stale"),
    _row("archive replay", "ours or EventBridge's: nothing changes, nothing is sent", "test_a_replayed_archive_changes_nothing"),
    # What time does
    _row("every wake-up lost", "what is due stays due; it goes out once with the first minute that gets through",
         "test_with_every_wake_up_lost_for_an_hour_everything_goes_out_once_behind_it"),
    _row("sweep twice", "sent once", "test_a_sweep_that_runs_twice_sends_once"),
    _row("sweep late", "sent late; what follows comes when it was meant to", "test_a_sweep_that_is_late_sends_late"),
    _row("sweep absent for a day", "what has expired says so, what is still good goes, receipts never waited",
         "test_a_sweep_that_is_absent_for_a_day_sends_nothing_stale"),
    _row("wake-up for an ended run", "nothing is written", "test_a_wake_up_for_a_run_that_has_ended_writes_nothing"),
    _row("DST gap and repeat", "a time that does not come is the next that does; one that comes twice counts once",
         "test_half_past_two_in_the_night_in_which_clocks_are_changed"),
    _row("customer moves time zone", "once, at nine where they are",
         "test_who_flies_west_while_they_wait_is_written_to_once_at_nine_where_they_are"),
    _row("leap day", "every year: on the 28th where there is no 29th",
         "test_who_was_born_on_a_leap_day_is_congratulated_every_year"),
    # What providers do
    _row("provider 429", "a minute later; nobody is in doubt",
         "test_throttled_by_the_provider_a_message_goes_out_a_minute_later"),
    _row("provider 5xx", "in doubt: marketing at most once, a receipt at least once and three times at most",
         "test_of_an_answer_that_says_nothing_marketing_goes_out_at_most_once",
         "test_of_an_answer_that_says_nothing_a_receipt_goes_out_at_least_once"),
    _row("provider timeout", "the same; the provider's own word settles it",
         "test_of_an_answer_that_says_nothing_marketing_goes_out_at_most_once",
         "test_a_provider_that_never_answers_gets_a_receipt_three_times_and_no_more"),
    _row("paused account", "its channel waits a quarter of an hour, the others go on",
         "test_a_paused_account_holds_its_channel_and_no_other"),
    _row("rejected message", "`failed_provider`; its place in the caps comes back",
         "test_a_rejected_message_is_refused_and_gives_its_place_back"),
    _row("opted-out number", "the next channel now, `suppressed` from then on, whoever has that number",
         "test_an_opted_out_number_is_written_to_no_more_and_the_next_channel_is_tried"),
    _row("provider feedback an hour late", "settles even what was given up",
         "test_feedback_that_comes_an_hour_late_still_settles_what_was_given_up"),
    _row("feedback early", "counts before the receipt, and once",
         "test_feedback_that_comes_before_the_receipt_counts_and_the_receipt_changes_nothing"),
    _row("feedback unknown", "closes the address it names, and nothing else",
         "test_feedback_about_what_nobody_knows_does_no_harm"),
    _row("feedback duplicated", "heard once", "test_feedback_that_comes_five_times_is_heard_once"),
    _row("unsubscribe at each sender step", "before the claim nothing goes, after it this one and no more",
         "test_unsubscribed_at_any_step_of_the_sender_only_what_was_claimed_goes_out"),
    # What many do
    _row("50 workers on one customer", "caps, keys and interests exact",
         "test_fifty_workers_on_one_customer_keep_caps_and_counts_exactly"),
    _row("one hot customer with 10,000 events among others", "all counted in a state below 1 KB; the others wait for nothing",
         "test_one_hot_customer_with_ten_thousand_events_among_others_keeps_nobody_waiting"),
    _row("state near its bound", "`in_campaign`, 413 or `too_large` for what is beyond; all else is served",
         "test_a_customer_who_has_as_much_as_there_may_be_is_still_served",
         "test_a_hundred_waits_that_end_at_once_are_taken_in_turns_of_some_sixty"),
    # What definitions do
    _row("broken template", "`failed_template`, said by file and line and never by value",
         "test_a_template_that_breaks_refuses_its_message_and_no_other"),
    _row("template bomb", "`failed_template` within two seconds", "test_a_template_bomb_is_defused_within_seconds"),
    _row("definition changed under way", "nobody is written to again; who stands on a step that is gone leaves",
         "test_a_step_that_changes_under_way_sends_nothing_again_and_takes_nobody_back",
         "test_who_stands_on_a_step_that_is_gone_leaves"),
    _row("definition paused under way", "`paused`, also for what is decided and not yet claimed",
         "test_a_campaign_that_is_paused_under_way_stops_before_its_next_message"),
    _row("definition deleted under way", "`definition_changed`; its keys stay used up",
         "test_a_campaign_that_is_deleted_under_way_sends_nothing_more"),
    # What operators do
    _row("key rotation", "both keys open until the old one is revoked; old links work until theirs is retired",
         "test_a_key_is_replaced_by_a_new_one_and_both_open_until_the_old_one_is_revoked",
         "test_links_of_before_work_until_their_key_is_retired"),
    _row("restore from backup", "nothing heard is forgotten, nothing is sent twice, nothing is sent before `kairos resume`",
         "test_a_table_restored_from_a_backup_has_forgotten_nothing_and_sends_nothing_twice", "test_no_promise_is_broken"),
)  # fmt: skip


def printed() -> str:
    """As docs/reliability.md has it; `python -m tests.faults.table` says it."""
    rows = [f"| {name} | {outcome} | {', '.join(f'`{test}`' for test in tests)} |" for name, outcome, tests in FAULTS]
    return "\n".join(["| what goes wrong | what comes of it | shown by |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(printed())
